. "$CASES/train/small-pack.bash"
train_small run
echo mine >out.csv
status=0
predict -o out.csv run/model.h5 small.h5 || status=$?
cat out.csv
predict -q --force -o out.csv run/model.h5 small.h5
head -n 1 out.csv
exit "$status"
