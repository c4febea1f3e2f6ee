# Numbers that run away end the run, with the layer and the step named.
. "$CASES/train/small-pack.bash"
status=0
train_small run --optimiser sgd --lr 1e6 --loss squared --epochs 50 2>err.txt || status=$?
echo "status $status"
sed -E 's/step [0-9]+/step N/; s/is (-?nan|inf|[0-9.e+]+)/is X/' err.txt
[ ! -e run/model.h5 ]
