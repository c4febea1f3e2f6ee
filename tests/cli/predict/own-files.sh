# No file that is read is written over, with --force neither, and no file of its own.
. "$CASES/train/small-pack.bash"
train_small run
cp run/model.h5 report.csv
cp small.h5 before.h5
ln -s small.h5 link.h5
try() {
    status=0
    predict -q --force --split groups/test "$@" 2>&1 || status=$?
    echo "status $status"
}
try -o small.h5 run/model.h5 small.h5
try -o run/../run/model.h5 run/model.h5 small.h5
try -o small.h5 run/model.h5 link.h5
try --report report report.csv small.h5
try -o new.csv --report ./new run/model.h5 small.h5
try -o new-confusion.csv --report new run/model.h5 small.h5
ls new* 2>&1 || true
cmp small.h5 before.h5
cmp report.csv run/model.h5
# The same word elsewhere is another file.
mkdir other
try -o new.csv --report other/new run/model.h5 small.h5
head -n 1 new.csv
