# What is printed otherwise, for scripts: accuracies and files; answers without labels;
# nothing to score; and what it does not go with.
. "$CASES/train/small-pack.bash"
train_small run
# Without numbers that another processor rounds otherwise.
plain() {
    sed -E 's/("(loss|accuracy|top5|probability)[a-z_]*": )[0-9.e+-]+/\1X/; s/("class": )".*"/\1X/'
}
predict --json --split groups/test --report test -o table.csv run/model.h5 small.h5 >scored.json
plain <scored.json
cut -d, -f 1-4 test.csv
# Of each number what the run's own table has, to its digits.
accuracy=$(sed -n 's/.*"accuracy_sample": \([^,]*\),*/\1/p' scored.json)
awk -F, -v "a=$accuracy" 'NR == 2 { print (a - $7)^2 < 1e-12 ? "as test.csv has it" : a " " $7 }' \
    run/test.csv
extract -o own.h5 --size 24x24 clips/BouncingBall/*_g01_c01.avi >/dev/null
predict --json run/model.h5 own.h5 | plain
predict --json run/model.h5 small.h5 2>said | grep -E '"(samples_.*|score)"'
cat said
predict -q --json run/model.h5 small.h5 | grep -c '"path"'
make-clips --classes 1 --groups 21 --clips 1 many
extract -o many.h5 --size 24x24 many/*/*.avi >/dev/null
predict --json run/model.h5 many.h5 2>&1 | grep predict
for output in - ''; do
    status=0
    predict --json -o "$output" run/model.h5 small.h5 2>&1 || status=$?
    echo "status $status"
done
