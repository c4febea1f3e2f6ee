# Everything compiles without a warning, with two compilers.
set -u
. "$ROOT/tests/lib/tap.sh"
. "$ROOT/tests/lib/builds.sh"

tap_run 'gcc, no warnings' build_all gcc
tap_run 'clang, no warnings' build_all clang
tap_done
