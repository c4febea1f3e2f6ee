# Tests on real data: the programs tests/real/*.sh, which print TAP.
set -u
. "$ROOT/tests/lib/tap.sh"
. "$ROOT/tests/lib/builds.sh"

need_build gcc
for script in "$ROOT"/tests/real/*.sh; do
    [ -e "$script" ] || continue
    name=$(basename "$script" .sh)
    if [ -z "${TRIPTYCH_TEST_DATA:-}" ]; then
        tap_skip "$name" 'TRIPTYCH_TEST_DATA is not set'
        continue
    fi
    scratch=$TAP_LOGS/$name.scratch
    mkdir -p "$scratch"
    tap_program "$name" env TMPDIR="$scratch" BUILD="$BUILDS/gcc" \
        timeout -k 10 900 bash "$script"
    [ -n "$KEEP_SCRATCH" ] || rm -rf "$scratch"
done
tap_done
