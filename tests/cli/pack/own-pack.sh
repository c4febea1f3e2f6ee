# A picture does not take the place of the pack it shows, nor an export that of its model.
. "$CASES/train/small-pack.bash"
train_small run
cp run/model.h5 model.onnx
cp small.h5 before.h5
status=0
pack sheet --force -o ./small.h5 small.h5 2>&1 || status=$?
echo "status $status"
cmp small.h5 before.h5
status=0
model export --force -o model.onnx model.onnx 2>&1 || status=$?
echo "status $status"
cmp model.onnx run/model.h5
status=0
pack export --npy arrays --quality 90 small.h5 2>&1 || status=$?
echo "status $status"
# A pack in the place of the one it was made of is what was asked for.
pack resplit --force --seed 5 -o small.h5 small.h5
pack verify small.h5
