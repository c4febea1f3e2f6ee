# Options that the optimiser or the schedule does not use are refused, not
# passed over; so are schedules that lack what has no default.
try() {
    status=0
    train -o run "$@" pack.h5 2>&1 | head -n 1 || true
}
try --optimiser adam --alpha 0.9
try --optimiser sgd --beta1 0.5
try --rho 0.5
try --optimiser sgd --eps 1e-3
try --schedule step
try --schedule exponential
try --schedule multistep
try --schedule multistep --milestones 3,2
try --schedule multistep --milestones 1,,2
try --milestones 3
try --schedule cosine --pct-start 0.2
try --lr-gamma 0.5
try --warmup-start 0.5
try --schedule sine
try --beta1 1
ls -A
