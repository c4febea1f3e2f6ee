. "$CASES/train/small-pack.bash"
train_small run
predict -q -o frames.csv --split groups/test run/model.h5 small.h5
predict -q -o samples.csv --by sample --names --scores --split groups/test run/model.h5 small.h5
predict -q -o all.csv --threads 3 run/model.h5 small.h5
head -n 1 frames.csv
cut -d, -f1 frames.csv | tr '\n' ' '
echo
grep -cE '^[0-9]+,[0-2]$' frames.csv
head -n 1 samples.csv
grep -cE '^[0-9]+,[A-Z][A-Za-z]*(,[0-9.e-]+){3}$' samples.csv
tail -n +2 all.csv | wc -l
