# Neither a text, nor a cut pack, nor a model is a pack.
. "$CASES/train/small-pack.bash"
train_small first
echo text >text.h5
head -c 5000 small.h5 >cut.h5
for pack in text.h5 cut.h5 first/model.h5 .; do
    status=0
    train -o run "$pack" 2>&1 || status=$?
    echo "status $status"
done
[ ! -e run ]
