# What predict says of the test part is what train said of it.
. "$CASES/train/small-pack.bash"
train_small run
predict --split groups/test run/model.h5 small.h5 >printed.txt
sed 's/[0-9.]* % ([0-9]* /X % (X /' printed.txt | grep accuracy
tail -n 1 run/test.csv | awk -F, '{ printf "%.1f %.1f\n", 100 * $6, 100 * $7 }' >wanted.txt
grep accuracy printed.txt | grep -oE '[0-9.]+ %' | tr -d ' %' | paste -sd ' ' | cmp - wanted.txt
