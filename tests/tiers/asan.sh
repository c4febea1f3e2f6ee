# All unit tests under AddressSanitizer and UndefinedBehaviorSanitizer.
set -u
. "$ROOT/tests/lib/tap.sh"
. "$ROOT/tests/lib/builds.sh"
. "$ROOT/tests/lib/meson_suite.sh"

export ASAN_OPTIONS=strict_string_checks=1:detect_stack_use_after_return=1
export UBSAN_OPTIONS=print_stacktrace=1
need_build asan
meson_suite "$BUILDS/asan" all
tap_done
