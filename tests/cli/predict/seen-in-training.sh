. "$CASES/train/small-pack.bash"
train_small run
predict -o a.csv run/model.h5 small.h5
wc -l <a.csv
# The same clips in another pack, under other paths and another split.
mkdir other
mv clips other/inner
extract -o again.h5 --size 24x24 --seed 3 other/inner >/dev/null
predict -o b.csv run/model.h5 again.h5
predict -o c.csv --score-seen run/model.h5 again.h5 | \
    sed 's/[0-9.]* % ([0-9]* /X % (X /; s/[0-9]\.[0-9]*/X/g'
