# Ten thousand changed packs, models and clips of each kind: hours.
set -u
. "$ROOT/tests/lib/tap.sh"
. "$ROOT/tests/lib/builds.sh"

need_build gcc
scratch=$TAP_LOGS/scratch
mkdir -p "$scratch" && cd "$scratch" || exit 1
tap_program mutants python3 "$ROOT/tests/e2e/mutants.py" "$BUILDS/gcc" "${MUTANTS:-10000}"
cd / && [ -n "$KEEP_SCRATCH" ] || rm -rf "$scratch"
tap_done
