# Ctrl-C in the middle: epochs that were finished stay in the history.
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
sed 's/[0-9][0-9]*/N/g' err.txt
ls run
