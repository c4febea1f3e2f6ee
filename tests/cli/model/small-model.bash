# A pack of little clips and a model of it, for the cases beside this.
make-clips --classes 2 --groups 3 --clips 1 clips >/dev/null
extract -o clips.h5 --size 32x24 clips >/dev/null 2>&1
train -q -o run --epochs 1 --net "$ROOT/data/nets/small-residual.net" clips.h5
