# For the cases of train and predict: small.h5, 12 clips of 3 classes with 4
# groups each; fast.net; and a run of it, where asked for.
make-clips --classes 3 --groups 4 --clips 1 clips >/dev/null
extract -o small.h5 --size 24x24 clips >/dev/null
printf 'conv 5x5x4 # for 24x24\nrelu\nmaxpool 2\nflatten\nlinear\n' >fast.net

train_small() { # folder, further options
    local run=$1
    shift
    train -q -o "$run" --net fast.net --epochs 2 --batch 8 "$@" small.h5
}
