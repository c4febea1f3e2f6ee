# Runs side by side: what they came to, and in which options they differ.
. "$CASES/train/small-pack.bash"
train_small one
train_small two --lr 1e-3 --hflip 0.5
train_small a-run-with-a-name-that-is-longer-than-its-column --epochs 3 --lr 1e-3
numbers() { # without what differs from one machine to another
    sed -E '/^ +[0-9]+ |^ {20}/{s/ +[0-9]+\.[0-9]/ X/g; s/X +[0-9]+ X/X N X/}'
}
train --compare one two a-run-with-a-name-that-is-longer-than-its-column >table.txt
numbers <table.txt
awk '{ if (length($0) > 80) print "too wide: " $0 }' table.txt
train --compare --tsv one two | tee table.tsv | head -n 1 | tr '\t' '\n'
# The table's numbers are those of the runs.
tail -n 1 table.tsv | cut -f10 >test.txt
tail -n 1 two/test.csv | cut -d, -f7 | cmp - test.txt && echo 'test as in test.csv'
tail -n 1 table.tsv | cut -f8 >last.txt
tail -n 1 two/history.csv | cut -d, -f8 | cmp - last.txt && echo 'last as in history.csv'
cut -f2 table.tsv | sed 1d | uniq
train --describe fast.net --input 3x24x24 --classes 3 | tail -n 2
cut -f1,11- table.tsv
# A run that is not finished, and what is no run.
rm two/model.h5
train --compare two | numbers
wrong() {
    status=0
    train "$@" 2>&1 || status=$?
    echo "status $status"
}
wrong --compare
wrong --compare one clips
wrong --tsv -o w small.h5
echo 'nothing' >one/options.txt
wrong --compare one
