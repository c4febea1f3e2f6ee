# One bit of every byte of a little pack, not of some: minutes.
set -u
. "$ROOT/tests/lib/tap.sh"
. "$ROOT/tests/lib/builds.sh"

need_build gcc
export TRIPTYCH_TEST_FLIP_STEP=1
tap_run 'every byte of a pack' "$BUILDS/gcc/tests/unit/test_pack_damage"
tap_done
