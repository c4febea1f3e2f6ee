. "$CASES/train/small-pack.bash"
train_small run
size=$(stat -c %s run/model.h5)
head -c $((size - 100)) run/model.h5 >cut.h5
cp run/model.h5 flip.h5
# One weight is another number.
offset=$(h5dump -p -H -d /parameters/0.weight run/model.h5 | sed -n 's/.*OFFSET *//p')
printf '\125' | dd of=flip.h5 bs=1 seek="$offset" conv=notrunc 2>/dev/null
echo text >text.h5
for model in cut.h5 flip.h5 text.h5 small.h5 absent.h5; do
    status=0
    predict -o out.csv "$model" small.h5 2>&1 || status=$?
    echo "status $status"
done | sed 's/[0-9]* bytes are left of [0-9]*/N bytes are left of M/'
[ ! -e out.csv ]
