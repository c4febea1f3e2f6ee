# Results that do not arrive are a failure, whatever they are.
. "$CASES/train/small-pack.bash"
train_small run
set -o pipefail
for options in '--split groups/test' '--json' '--score-seen'; do
    status=0
    # shellcheck disable=SC2086 # words
    predict $options run/model.h5 small.h5 2>&1 >/dev/full | tail -n 1 || status=$?
    echo "status $status"
done
