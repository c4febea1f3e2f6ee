# What no compiler checks: tests/lint/.
set -u
. "$ROOT/tests/lib/tap.sh"
. "$ROOT/tests/lib/builds.sh"

export PYTHONDONTWRITEBYTECODE=1
need_build gcc
tap_program tap bash "$ROOT/tests/lib/selftest.sh"
for lint in selftest arrows style headers commits linkage symbols hardening; do
    tap_program "$lint" python3 "$ROOT/tests/lint/$lint.py" "$ROOT" "$BUILDS/gcc"
done
tap_done
