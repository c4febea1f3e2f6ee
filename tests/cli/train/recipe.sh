# A file of options; the command line goes first; what a run was made with is a
# recipe, too.
. "$CASES/train/small-pack.bash"
cat >own.recipe <<'EOF_RECIPE'
# Adam on a small net.
net = fast.net
epochs=2
  batch = 8

optimiser = adam
lr = 0.002
quiet =
EOF_RECIPE
train -o one --recipe own.recipe --batch 4 small.h5
grep -E '^(net|epochs|batch|optimiser|lr|beta1|seed) ' one/options.txt
train -o two --recipe one/options.txt -q small.h5
cmp one/model.h5 two/model.h5 && echo 'the same model'
cmp one/options.txt two/options.txt && echo 'the same options'
# Another optimiser or schedule: what only the old one used is forgotten.
train -q -o three --recipe one/options.txt --optimiser sgd --schedule step --step-size 1 small.h5
train -q -o four --recipe three/options.txt --schedule constant small.h5
for run in three four; do
    grep -E '^(optimiser|lr|beta1|eps|momentum|schedule|step-size) ' $run/options.txt | paste -sd' '
done
try() {
    printf "$1" >odd.recipe
    status=0
    train -o run --recipe odd.recipe small.h5 2>&1 || status=$?
    echo "status $status"
}
try 'epochs = 2\noptimizer = adam\n'
try 'lr 0.1\n'
try 'lr = 0.1\n\nlr = 0.2\n'
try 'lr = fast\n'
try 'lr =\n'
try 'quiet = yes\n'
try 'recipe = other\n'
try 'alpha = 0.9\noptimiser = sgd\n'
train -o run --recipe absent small.h5 || echo "status $?"
train -o run --recipe ./tutorial small.h5 || echo "status $?" # a path is a file
[ ! -e run ]
