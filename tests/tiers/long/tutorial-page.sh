# The tutorial, from the first command to the last, with the exercise's own data.
set -u
. "$ROOT/tests/lib/tap.sh"
. "$ROOT/tests/lib/builds.sh"

need_build gcc
scratch=$TAP_LOGS/scratch
mkdir -p "$scratch/logs" "$scratch/folder" && cd "$scratch/folder" || exit 1
tap_program tutorial env TAP_LOGS="$scratch/logs" \
    bash "$ROOT/tests/e2e/tutorial_docs.sh" "$BUILDS/gcc"
cd / && [ -n "${KEEP_SCRATCH:-}" ] || rm -rf "$scratch"
tap_done
