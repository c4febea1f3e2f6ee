# Ctrl-C in the middle: what was finished stays, and the message says how to go on.
. "$CASES/train/small-pack.bash"
train -o run --net fast.net --epochs 1000000 --log-every 0 small.h5 >out.txt 2>err.txt &
pid=$!
while [ ! -e run/history.csv ]; do
    sleep 0.05
done
kill -INT "$pid"
status=0
wait "$pid" || status=$?
echo "status $status"
sed 's/[0-9][0-9]*/N/' err.txt | sed 's/epoch [0-9]*/epoch N/'
ls run
# In a checkpoint there is a model, too.
predict --force --quiet -o own.csv run/checkpoint.h5 small.h5
head -n 1 own.csv
