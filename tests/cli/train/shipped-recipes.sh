# Every recipe of data/recipes/ is built in, can be trained by, and does what it says.
make-clips --classes 2 --groups 3 --clips 1 clips >/dev/null
extract -o p.h5 --size 64x64 clips >/dev/null
for recipe in "$ROOT"/data/recipes/*.recipe; do
    name=$(basename "$recipe" .recipe)
    train -q -o "$name" --recipe "$name" --epochs 1 p.h5
    # What changes no result is not on record.
    grep -E '^[a-z]' "$recipe" | grep -vE '^(epochs|train-eval) ' >wanted.txt
    # Numbers are written in the shortest way.
    sed -i 's/1e-4$/0.0001/; s/1e-3$/0.001/' wanted.txt
    missing=$(grep -vxFf "$name/options.txt" wanted.txt || true)
    [ -z "$missing" ] && echo "$name" || echo "$name lacks $missing"
done
train -q -o by-file --recipe "$ROOT/data/recipes/residual.recipe" --epochs 1 p.h5
cmp by-file/model.h5 residual/model.h5
