# The programs as a user meets them: tests/cli/.
set -u
. "$ROOT/tests/lib/tap.sh"
. "$ROOT/tests/lib/builds.sh"

need_build gcc
for part in run_selftest.sh check_help.sh run; do
    tap_program "${part%.sh}" bash "$ROOT/tests/cli/$part" "$BUILDS/gcc"
done
# These want an empty folder each.
for part in manuals install library interchange report tensorboard python_docs \
    cookbook_docs pages_docs json_forms fetch_ucf101; do
    scratch=$TAP_LOGS/$part.scratch
    mkdir -p "$scratch/logs" "$scratch/folder" && cd "$scratch/folder" || exit 1
    tap_program "$part" env TAP_LOGS="$scratch/logs" \
        bash "$ROOT/tests/e2e/$part.sh" "$BUILDS/gcc"
    cd / && [ -n "$KEEP_SCRATCH" ] || rm -rf "$scratch"
done
tap_program refusals bash "$ROOT/tests/e2e/extract_refusals.sh" "$BUILDS/gcc"
tap_done
