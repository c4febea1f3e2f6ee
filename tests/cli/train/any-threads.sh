# The bits of a run do not depend on the number of threads; its seed, they do.
. "$CASES/train/small-pack.bash"
train_small one --threads 1
train_small two --threads 2
train_small five --threads 5
train_small other --threads 2 --seed 2
for file in model.h5 options.txt test.csv; do
    cmp one/$file two/$file && cmp one/$file five/$file && echo "$file: same"
done
untimed() { # all but the columns of time
    cut -d, -f1-8,12- "$1/history.csv"
}
cmp <(untimed one) <(untimed two) && cmp <(untimed one) <(untimed five) && echo 'history: same'
cmp -s one/model.h5 other/model.h5 || echo 'another seed: another model'
