# The best epoch's model beside the last one's, and a run that ends early.
. "$CASES/train/small-pack.bash"
train -o run --net fast.net --lr 1e-12 --epochs 50 --patience 2 --keep 1 small.h5 >out.txt
grep -E '^(ended|best|written)' out.txt | sed -E 's/[0-9.]+ %/N %/'
wc -l <run/history.csv
ls run | grep -E '^(best|checkpoint|model)'
h5dump -a /options/best_epoch run/best.h5 | grep -o '"[0-9]*"'
