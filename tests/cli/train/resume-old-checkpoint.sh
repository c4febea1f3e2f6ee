# A run of the first checkpoint format goes on: its first epoch is as it was.
printf 'conv 3x3x2\nbatchnorm\nrelu\nflatten\nlinear\n' >tiny.net
mkdir run
cp "$ROOT/tests/compat/checkpoint-1.h5" run/checkpoint.h5
cp "$ROOT/tests/compat/checkpoint-1.options.txt" run/options.txt
train -q --resume run "$ROOT/tests/compat/pack-1.h5"
cut -d, -f1-8 run/history.csv | head -n 2
wc -l <run/history.csv
# The models of both versions predict on.
for version in 1 2; do
    predict -q -f -o table.csv "$ROOT/tests/compat/model-$version.h5" "$ROOT/tests/compat/pack-1.h5"
    wc -l <table.csv
done
