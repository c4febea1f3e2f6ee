# A start from a model of other classes is said, since outputs go by number; one of the
# same classes, or --quiet, says nothing.
. "$CASES/train/small-pack.bash"
train_small first
ls clips >names.txt
mv "clips/$(head -n 1 names.txt)" clips/AnotherName
extract -o other.h5 --size 24x24 clips >/dev/null
start() {
    train --net fast.net --epochs 1 --batch 8 --init first/model.h5 "$@" 2>&1 >/dev/null |
        grep 'trained for' || echo 'not a word'
}
start -o same small.h5
start -o others other.h5
start -o quiet -q other.h5
