# Results that do not arrive are a failure, whatever they are; the run is there all the same.
. "$CASES/train/small-pack.bash"
try() {
    status=0
    train "$@" 2>&1 >/dev/full || status=$?
    echo "$status"
}
learn() {
    local run=$1
    shift
    try -o "$run" --net fast.net --epochs 2 --batch 8 "$@" small.h5
}
learn table 2>&1 | tail -n 2
learn json -q --json
learn folds --cross-validate 2 | tail -n 2
learn profile --profile | tail -n 2
try --compare table json
try --compare table json --tsv
try --compare table json --json
try --describe fast.net --input 3x24x24 --classes 3
ls table
train -q -o silent --net fast.net --epochs 1 small.h5 >/dev/full
