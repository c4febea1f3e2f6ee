# Files that change under their reader, fuzz targets over their corpora, and
# everything that the command line tests do, with the filter required.
set -u
. "$ROOT/tests/lib/tap.sh"
. "$ROOT/tests/lib/builds.sh"

need_build gcc
scratch=$TAP_LOGS/scratch
mkdir -p "$scratch" && cd "$scratch" || exit 1
# Each in a folder of its own.
mkdir shrinking mutants && cd shrinking || exit 1
tap_program shrinking bash "$ROOT/tests/e2e/shrinking_pack.sh" "$BUILDS/gcc"
cd ../mutants || exit 1
tap_program mutants python3 "$ROOT/tests/e2e/mutants.py" "$BUILDS/gcc" "${MUTANTS:-60}"
cd "$scratch" || exit 1

# The command line tests, every program told to insist on the filter.
"$BUILDS/gcc/tools/extract/extract" --sandbox require --dry-run "$scratch" >filter.log 2>&1
if grep -q 'system calls cannot be filtered' filter.log; then
    tap_skip 'cli with --sandbox require' 'system calls cannot be filtered here'
else
    tap_run 'programs that insist' bash "$ROOT/tests/lib/require_sandbox.sh" "$BUILDS/gcc" req
    tap_program 'require' bash "$ROOT/tests/cli/run" req
fi

# The targets under sanitizers (tests/fuzz/meson.build); those that fork, without.
need_build asan
export ASAN_OPTIONS=strict_string_checks=1:detect_stack_use_after_return=1
export UBSAN_OPTIONS=print_stacktrace=1 TMPDIR=$scratch
for corpus in "$ROOT"/tests/fuzz/corpus/*; do
    target=$(basename "$corpus")
    build=asan runs=${FUZZ_RUNS:-3000}
    [ "$target" != files ] || { build=gcc; runs=$((runs / 10)); }
    tap_run "fuzz $target" "$BUILDS/$build/tests/fuzz/fuzz_$target" --runs "$runs" \
        --last "$TAP_LOGS/last.$target" "$corpus"
    if [ -d "$ROOT/tests/fuzz/found/$target" ]; then
        tap_run "what fuzzing found in $target" "$BUILDS/$build/tests/fuzz/fuzz_$target" \
            "$ROOT/tests/fuzz/found/$target"
    fi
done
cd / && [ -n "$KEEP_SCRATCH" ] || rm -rf "$scratch"
tap_done
