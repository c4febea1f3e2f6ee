# libFuzzer on every target, for FUZZ_SECONDS each (60). What it finds that is
# new lies in build-tests/fuzz-found/TARGET; a crasher belongs into
# tests/fuzz/found/TARGET, where every run of the tests tries it again.
set -u
. "$ROOT/tests/lib/tap.sh"
. "$ROOT/tests/lib/builds.sh"

fuzz_build() {
    build_setup fuzz clang --buildtype=debugoptimized -Dfuzzing=true \
        -Db_sanitize=address,undefined -Db_lundef=false -Dc_args=-fno-sanitize-recover=all \
        && ninja -C "$BUILDS/fuzz" ${JOBS:+-j "$JOBS"} \
            $(for file in "$ROOT"/tests/fuzz/fuzz_*.c; do
                  name=$(basename "$file" .c)
                  [ "$name" = fuzz_input ] || echo "tests/fuzz/$name"
              done)
}
if ! fuzz_build >"$TAP_LOGS/build.fuzz.log" 2>&1; then
    tap_not_ok 'build fuzz' "$TAP_LOGS/build.fuzz.log"
    tap_done
fi
export TMPDIR=$TAP_LOGS
for corpus in "$ROOT"/tests/fuzz/corpus/*; do
    target=$(basename "$corpus")
    found=$BUILDS/fuzz-found/$target
    mkdir -p "$found"
    tap_run "fuzz $target" "$BUILDS/fuzz/tests/fuzz/fuzz_$target" -timeout=20 -rss_limit_mb=4096 \
        -max_total_time="${FUZZ_SECONDS:-60}" -artifact_prefix="$found/" "$found" "$corpus"
done
tap_done
