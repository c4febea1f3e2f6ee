. "$CASES/train/small-pack.bash"
train_small run
extract -o wide.h5 --size 32x24 clips >/dev/null
status=0
predict -o out.csv run/model.h5 wide.h5 || status=$?
[ ! -e out.csv ] && [ ! -e out.csv.partial ]
exit "$status"
