# The column lr is what the last step of the epoch was computed with.
. "$CASES/train/small-pack.bash"
rates() {
    rm -rf run
    train_small run --epochs 4 --batch 18 "$@"
    cut -d, -f2 run/history.csv | tail -n +2 | paste -sd' '
}
rates --schedule step --step-size 2 --lr 0.01
rates --schedule multistep --milestones 1,3 --lr-gamma 0.5 --lr 0.01
rates --schedule exponential --lr-gamma 0.5 --lr 0.01
rates --schedule cosine --lr 0.01
rates --schedule onecycle --lr 0.01 --anneal linear --pct-start 0.5
rates --schedule onecycle --lr 0.01 --optimiser adagrad
rates --lr 0.01 --warmup 2 --warmup-start 0.5
rates --schedule plateau --plateau-patience 0 --threshold 0.99 --factor 0.5 --lr 0.01
rates --optimiser sgd
rates --optimiser adadelta
