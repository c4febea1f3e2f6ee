. "$CASES/train/small-pack.bash"
train_small run
predict -o - --split groups/test run/model.h5 small.h5 2>err.txt | cut -d, -f1 | paste -sd ' '
grep -c accuracy err.txt
status=0
predict -q -o - run/model.h5 small.h5 2>&1 >/dev/full || status=$?
echo "status $status"
