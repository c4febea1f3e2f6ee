# What cannot be gone on with.
. "$CASES/train/small-pack.bash"
try() {
    status=0
    train -q "$@" 2>&1 || status=$?
    echo "status $status"
}
train_small run
cp -r run before
try --resume run --lr 0.1 --batch 4 small.h5
try --resume run --optimiser sgd small.h5
try --resume run --epochs 1 small.h5
try --resume run --net tutorial small.h5
try --resume run -o other small.h5
try --resume run --force small.h5
try --resume run --recipe run/options.txt small.h5
try --resume absent small.h5
mkdir empty
try --resume empty small.h5
extract -o other.h5 --size 24x24 --seed 7 clips >/dev/null
try --resume run other.h5 | sed -E 's/[0-9a-f]{12}\.\.\./DIGEST/g'
diff -r run before && echo 'left alone'
printf 'flatten\nlinear\n' >fast.net
try --resume run small.h5
head -c 3000 run/checkpoint.h5 >cut.h5
mv cut.h5 run/checkpoint.h5
try --resume run small.h5
cp run/model.h5 run/checkpoint.h5
try --resume run small.h5
rm run/checkpoint.h5
try --resume run small.h5
