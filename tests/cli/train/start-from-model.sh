. "$CASES/train/small-pack.bash"
train_small first
train_small second --init first/model.h5 --lr 1e-12
grep init second/options.txt | sed -E 's/[0-9a-f]{64}/DIGEST/'
h5diff -d 1e-6 first/model.h5 second/model.h5 /parameters && echo 'the same weights'
printf 'conv 3x3x4\nrelu\nmaxpool 2\nflatten\nlinear\n' >other.net
train -o third --net other.net --init first/model.h5 small.h5
