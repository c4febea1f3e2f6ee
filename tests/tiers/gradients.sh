# The unit tests of the meson suite 'gradients'.
set -u
. "$ROOT/tests/lib/tap.sh"
. "$ROOT/tests/lib/builds.sh"
. "$ROOT/tests/lib/meson_suite.sh"

need_build gcc
meson_suite "$BUILDS/gcc" gradients
tap_done
