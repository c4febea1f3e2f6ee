# libFuzzer on every target, for FUZZ_SECONDS each (60), or, where FUZZ_RUNS is
# set, that many inputs; a tenth of them for the target whose inputs cost a child
# each. What it finds that is new lies in build-tests/fuzz-found/TARGET; a crasher
# belongs into tests/fuzz/found/TARGET, where every run of the tests tries it again.
# FUZZ_TARGETS names some targets instead of all.
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
for target in ${FUZZ_TARGETS:-$(ls "$ROOT/tests/fuzz/corpus")}; do
    found=$BUILDS/fuzz-found/$target
    limit=-max_total_time=${FUZZ_SECONDS:-60}
    if [ -n "${FUZZ_RUNS:-}" ]; then
        runs=$FUZZ_RUNS
        [ "$target" != files ] || runs=$((runs / 10))
        limit=-runs=$runs
    fi
    mkdir -p "$found"
    tap_run "fuzz $target" "$BUILDS/fuzz/tests/fuzz/fuzz_$target" -timeout=20 -rss_limit_mb=4096 \
        "$limit" -artifact_prefix="$found/" "$found" "$ROOT/tests/fuzz/corpus/$target"
done
tap_done
