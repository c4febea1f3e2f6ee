. "$CASES/train/small-pack.bash"
train_small run
for split in groups groups/all other/test; do
    status=0
    predict --split "$split" run/model.h5 small.h5 2>&1 || status=$?
    echo "status $status"
done
