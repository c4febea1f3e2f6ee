. "$CASES/train/small-pack.bash"
train_small run
cp -r run before
status=0
train_small run || status=$?
echo "status $status"
diff -r run before && echo 'left alone'
train_small run --force --seed 1
cmp -s run/model.h5 before/model.h5 || echo 'replaced'
