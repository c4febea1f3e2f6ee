# Every place in our own code that asks the system for something is refused it,
# once, under sanitizers. The long tier refuses every single call.
set -u
. "$ROOT/tests/lib/tap.sh"
. "$ROOT/tests/lib/builds.sh"

need_build gcc
if ! build_fault >"$TAP_LOGS/build.fault.log" 2>&1; then
    tap_not_ok 'build fault' "$TAP_LOGS/build.fault.log"
    tap_done
fi
scratch=$TAP_LOGS/scratch
mkdir -p "$scratch" && cd "$scratch" || exit 1
tap_program faults python3 "$ROOT/tests/fault/fault_run.py" -j "$JOBS" ${FAULTS_ALL:+--all} \
    "$BUILDS/gcc" "$BUILDS/fault"
cd / && [ -n "$KEEP_SCRATCH" ] || rm -rf "$scratch"
tap_done
