# The programs as a user meets them: tests/cli/.
set -u
. "$ROOT/tests/lib/tap.sh"
. "$ROOT/tests/lib/builds.sh"

need_build gcc
for part in run_selftest.sh check_help.sh run; do
    tap_program "${part%.sh}" bash "$ROOT/tests/cli/$part" "$BUILDS/gcc"
done
tap_program refusals bash "$ROOT/tests/e2e/extract_refusals.sh" "$BUILDS/gcc"
tap_done
