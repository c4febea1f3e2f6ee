# Folds that were stopped go on where they were, and leave what folds that were
# left alone do; only with the options and the pack that they were begun with.
. "$CASES/train/small-pack.bash"
options=(--net fast.net --epochs 30 --batch 4 --hflip 0.5 --cross-validate 2)
train -q -o whole "${options[@]}" --threads 2 small.h5
stop_in_second() {
    local status=0
    rm -rf parts
    train -q -o parts "${options[@]}" --threads 1 small.h5 2>err.txt &
    until [ -e parts/fold-2/checkpoint.h5 ]; do
        kill -0 $! 2>/dev/null || break
        sleep 0.005
    done
    kill -INT $! 2>/dev/null || true
    wait $! || status=$?
    [ $status -eq 1 ]
}
for try in 1 2 3 4 5; do # where it was faster than the signal, once more
    stop_in_second && break
done
sed -E 's/step [0-9]+, in epoch [0-9]+/step N, in epoch N/' err.txt
ls parts
cp -r parts begun
wrong() {
    status=0
    train -q "$@" 2>&1 || status=$?
    echo "status $status"
}
wrong -o parts "${options[@]}" small.h5
wrong --resume parts --lr 0.1 --epochs 70 small.h5
extract -o other.h5 --size 24x24 --seed 7 clips >/dev/null
wrong --resume parts other.h5 | sed -E 's/[0-9a-f]{64}/DIGEST/g'
diff -r parts begun && echo 'left alone'
same() { # folder
    diff <(cd whole && find . | sort) <(cd "$1" && find . | sort) || return
    for file in $(cd whole && find . -type f ! -name history.csv); do
        cmp "whole/$file" "$1/$file" || return
    done
    for fold in fold-1 fold-2; do # all but the columns of time
        cmp <(cut -d, -f1-8,12- "whole/$fold/history.csv") \
            <(cut -d, -f1-8,12- "$1/$fold/history.csv") || return
    done
    echo "$1: the same"
}
train --resume parts --log-every 0 --threads 5 small.h5 | grep -E '^--'
same parts
# A fold that was not begun, and one that has all but its last file.
rm -r begun/fold-2 begun/fold-1/report.html
train -q --resume begun small.h5
same begun
# Nothing is left to do.
train -q --resume begun small.h5
same begun
# What is replaced leaves nothing behind that could be taken for a new fold.
train -q -f -o begun --net fast.net --epochs 1 --cross-validate 2 small.h5
train -q -o fresh --net fast.net --epochs 1 --cross-validate 2 small.h5
cmp begun/folds.csv fresh/folds.csv && cmp begun/folds.txt fresh/folds.txt && echo 'replaced'
echo 'nothing' >begun/folds.txt
wrong --resume begun small.h5
