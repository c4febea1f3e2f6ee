# The unit tests of the meson suite 'formats'.
set -u
. "$ROOT/tests/lib/tap.sh"
. "$ROOT/tests/lib/builds.sh"
. "$ROOT/tests/lib/meson_suite.sh"

need_build gcc
meson_suite "$BUILDS/gcc" formats
tap_done
