# What --report writes, and that its counts are those of the table.
. "$CASES/train/small-pack.bash"
train_small run
predict --split groups/test --report test -o table.csv --by sample --names run/model.h5 small.h5 |
    sed 's/[0-9.]* % ([0-9]* /X % (X /; s/[0-9]\.[0-9]*/X/g'
ls
for file in .csv -per-class.csv -confusion.csv -confusion-frame.csv; do
    cmp "test$file" "run/test$file" && echo "as train wrote it: test$file"
done
head -n 1 test.csv test-per-class.csv test-confusion.csv
# The answers of the table, counted by class, are the sums of the columns.
sed 1d test-confusion.csv | awk -F, '{ for (i = 2; i <= NF; i++) n[i] += $i }
    END { for (i = 2; i <= NF; i++) print n[i] }' >columns.txt
head -n 1 test-confusion.csv | tr ',' '\n' | sed 1d | while read -r name; do
    grep -c ",$name$" table.csv || true
done | cmp - columns.txt && echo 'columns as in the table'
awk -F, 'NR > 1 { for (i = 2; i <= NF; i++) all += $i } END { print all }' \
    test-confusion.csv test-confusion-frame.csv | head -n 1
status=0
predict --split groups/test --report test run/model.h5 small.h5 2>&1 || status=$?
echo "status $status"
predict -q --force --split groups/test --report test run/model.h5 small.h5
status=0
predict --report all run/model.h5 small.h5 2>&1 || status=$?
echo "status $status"
predict -q --score-seen --report all run/model.h5 small.h5
cut -d, -f1-4 all.csv
extract -o own.h5 --size 24x24 clips/*/*_g01_c01.avi >/dev/null
status=0
predict --report own run/model.h5 own.h5 2>&1 || status=$?
echo "status $status"
