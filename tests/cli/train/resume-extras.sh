# What a run that goes on may be told anew, and files that its options name.
. "$CASES/train/small-pack.bash"
try() {
    status=0
    train -q "$@" 2>&1 || status=$?
    echo "status $status"
}
class=$(ls clips | head -n 1)
echo "$class 2.5" >weights.txt
train_small run --class-weights weights.txt
grep '^class_weights_values ' run/options.txt
# The training part is scored, and checkpoints are kept, as the command says.
train -q --resume run --epochs 4 --train-eval each --keep 1 small.h5
column() { # of history.csv
    awk -F, -v "name=$1" 'NR == 1 { for (i = 1; i <= NF; i++) if ($i == name) c = i; next }
        { print "epoch " $1 ": " ($c == "" ? "not measured" : "measured") }' run/history.csv
}
column train_accuracy_sample
ls run | grep checkpoint-
train -q --resume run --epochs 5 --train-eval never small.h5
column train_accuracy_sample | tail -n 1
# A comment changes nothing, a weight does.
echo '# rare' >>weights.txt
try --resume run --epochs 6 small.h5
echo "$class 3" >weights.txt
try --resume run --epochs 7 small.h5
# A model made again by the options of the first is the same, with its weights.
echo "$class 2.5" >weights.txt
train_small one --class-weights weights.txt
train -q -o two --recipe one/options.txt small.h5
cmp one/model.h5 two/model.h5 && echo 'the same model'
