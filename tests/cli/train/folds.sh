# Several splits in one command, and a cross-validation of a train part.
. "$CASES/train/small-pack.bash"
for class in $(ls clips); do
    n=0
    for file in $(ls clips/$class); do
        n=$((n + 1))
        case $n in 1) part=val ;; 2) part=test ;; *) part=train ;; esac
        echo "$class/$file $part"
    done
done >other.txt
pack resplit -o both.h5 --split other=other.txt small.h5 >/dev/null
train_folds() {
    train -q --net fast.net --epochs 2 --batch 8 "$@"
}
train_folds -o three --cross-validate 2 small.h5
ls three
cut -d, -f1,2 three/folds.csv
# Each fold is what --fold makes of it; together they validate on all of train once.
train_folds -o second --cross-validate 2 --fold 2 small.h5
cmp second/model.h5 three/fold-2/model.h5 && echo 'the same fold alone'
grep -hE '^(train_samples|val_samples|test_samples|cross-validate|fold) ' three/fold-?/options.txt
h5dump -d /clips/path three/fold-1/model.h5 | grep -o '"[^"]*avi' | sort >one.txt
h5dump -d /clips/path three/fold-2/model.h5 | grep -o '"[^"]*avi' | sort >two.txt
comm -12 one.txt two.txt | wc -l
# Means and deviations, worked out again.
awk -F, 'NR == 1 { next } $1 == "mean" { mean = $5 } $1 == "std" { std = $5 }
    $1 ~ /^[0-9]/ { n++; sum += $5; square += $5 * $5 }
    END { d = sqrt((square - sum * sum / n) / (n - 1))
          print (sum / n - mean) ^ 2 < 1e-12, (d - std) ^ 2 < 1e-12 }' three/folds.csv
train -o shown --net fast.net --epochs 1 --batch 8 --log-every 0 --cross-validate 2 small.h5 |
    grep -E '^(--|validation|test|written)' | sed 's/[0-9]*\.[0-9]*/X/g'
train_folds -o splits --folds groups,other both.h5
cut -d, -f1,2 splits/folds.csv
grep -h '^split ' splits/fold-?/options.txt
train_folds -o other --split other both.h5
cmp other/model.h5 splits/fold-2/model.h5 && echo 'the same split alone'
tail -n 1 other/test.csv | cut -d, -f7 >wanted.txt
grep '^2,' splits/folds.csv | cut -d, -f9 | cmp - wanted.txt && echo 'its test accuracy'
wrong() {
    status=0
    train "$@" small.h5 2>&1 || status=$?
    echo "status $status"
}
wrong -o three --cross-validate 2
wrong -o second --cross-validate 2
wrong -o w --cross-validate 1
wrong -o w --fold 1
wrong -o w --cross-validate 2 --fold 3
wrong -o w --folds groups
wrong -o w --folds groups,groups
wrong -o w --folds groups,other --split groups
wrong -o w --folds groups,absent --net fast.net -q
[ ! -e w ]
