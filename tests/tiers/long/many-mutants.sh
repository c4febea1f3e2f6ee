# Ten thousand changed packs, models and clips of each kind: hours. MUTANTS says how
# many, MUTANTS_SEED (1) which: a run can be had in pieces.
set -u
. "$ROOT/tests/lib/tap.sh"
. "$ROOT/tests/lib/builds.sh"

need_build gcc
scratch=$TAP_LOGS/scratch
mkdir -p "$scratch" && cd "$scratch" || exit 1
tap_program mutants python3 "$ROOT/tests/e2e/mutants.py" "$BUILDS/gcc" "${MUTANTS:-10000}" \
    "${MUTANTS_SEED:-1}"
cd / && [ -n "$KEEP_SCRATCH" ] || rm -rf "$scratch"
tap_done
