# The README's two commands in a bare Debian root (needs root and a mirror).
set -u
. "$ROOT/tests/lib/tap.sh"

if [ "$(id -u)" -ne 0 ]; then
    tap_skip 'tests/run and tools/quickstart from nothing' 'making a Debian root needs root'
else
    data=()
    [ -z "${TRIPTYCH_TEST_DATA:-}" ] || data=(--data "$TRIPTYCH_TEST_DATA")
    tap_run 'tests/run and tools/quickstart from nothing' \
        "$ROOT/tests/clean-root" ${data[@]+"${data[@]}"}
fi
tap_done
