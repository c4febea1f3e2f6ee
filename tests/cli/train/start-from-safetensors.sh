# Weights come back in from safetensors; a damaged file is refused by name.
. "$CASES/model/small-model.bash"
model export -o w.safetensors run/model.h5
train -q -o next --init w.safetensors --epochs 1 --net "$ROOT/data/nets/small-residual.net" \
    clips.h5
grep '^init ' next/options.txt
digest=$(sha256sum w.safetensors | cut -d ' ' -f 1)
grep -c "init_digest = $digest" next/options.txt
try() {
    train -q -o never --init "$1" --net "$ROOT/data/nets/small-residual.net" clips.h5 || true
}
{
    head -c 1000 w.safetensors >cut.safetensors
    try cut.safetensors
    (cat w.safetensors; echo more) >long.safetensors
    try long.safetensors
    sed 's/"F32"/"F16"/' w.safetensors >half.safetensors
    try half.safetensors
    sed 's/"0\.weight"/"9.weight"/' w.safetensors >named.safetensors
    try named.safetensors
} 2>&1
