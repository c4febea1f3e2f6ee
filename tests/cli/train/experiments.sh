# data/experiments, from a pack to its document: each run once, whatever was
# stopped, and the same document from the same runs.
make-clips --classes 2 --groups 3 --clips 1 clips >/dev/null
extract -o p.h5 --size 64x64 clips >/dev/null
cp "$ROOT/docs/experiments.md" doc.md
experiments() {
    "$ROOT/data/experiments" -o runs --epochs 1 --seeds "$@" 2>&1
}
experiments --threads 2 --markdown doc.md p.h5 >began.txt
"$ROOT/data/experiments" --list --seeds | sed 's/:.*//; s/^/experiments: /' >listed.txt
cmp began.txt listed.txt && echo 'each run once'
grep -c '^| kernel3 |' doc.md
ls doc | wc -l
# The numbers are those of the runs.
row=$(grep -m 1 '^| hinge |' doc.md)
awk -F, -v "row=$row" 'NR == 1 { for (i = 1; i <= NF; i++) column[$i] = i; next }
    { split(row, cell, " *[|] *")
      print cell[4], cell[5], cell[6]
      print cell[8] == sprintf("%.1f", 100 * $column["val_accuracy_frame"]),
          cell[10] == sprintf("%.1f", 100 * $column["val_accuracy_sample"]),
          cell[11] == sprintf("%.1f", 100 * $column["train_accuracy_sample"]) }' \
    runs/hinge-54321/history.csv
# Of several seeds the mean and the standard deviation.
cat runs/tutorial-*/history.csv | awk -F, -v "row=$(grep -m 1 '^| tutorial |' doc.md)" '
    /^epoch/ { for (i = 1; i <= NF; i++) column[$i] = i; next }
    { n++; x = 100 * $column["val_accuracy_sample"]; sum += x; square += x * x }
    END { split(row, cell, " *[|] *")
          print n, cell[4], cell[9] == sprintf("%.1f ± %.1f", sum / n,
              sqrt((square - sum * sum / n) / (n - 1))) }'
train --describe tutorial --classes 2 | tail -n 1 | awk '{ print $2, $3 / 1e6 }'
cp doc.md first.md
cp -r doc first
# Nothing is left to do; then a run that had been stopped goes on.
experiments --markdown doc.md p.h5
cmp doc.md first.md && diff -r doc first && echo 'the same document'
rm runs/deep-54321/report.html runs/deep-54321/model.h5
experiments --markdown doc.md p.h5
cmp doc.md first.md && diff -r doc first && echo 'and the same again'
wrong() {
    status=0
    "$ROOT/data/experiments" "$@" 2>&1 || status=$?
    echo "status $status"
}
# What is not trained is said to be so; nothing is trained for it.
mv runs/deep-54321 kept
experiments --no-training | grep '^| deep' | sort -u
[ ! -e runs/deep-54321 ] && mv kept runs/deep-54321
experiments p.h5 >printed.md
diff <(grep '^| hinge' printed.md) <(grep '^| hinge' doc.md) && echo 'printed the same'
wrong -o runs --epochs 2 --only tutorial p.h5
grep -v 'depth end' doc.md >broken.md
wrong -o runs --epochs 1 --markdown broken.md p.h5
wrong -o runs absent.h5
wrong -o runs --markdown absent.md p.h5
wrong -o runs --only kernel4 p.h5
wrong -o runs --repeat 0 p.h5
wrong -o none --no-training
wrong p.h5
wrong -o runs
wrong --seed 1
"$ROOT/data/experiments" --help | head -n 1
