# Runs that are killed, or whose disk fails or goes away, and taken up again. The long
# tier has more kills.
set -u
. "$ROOT/tests/lib/tap.sh"
. "$ROOT/tests/lib/builds.sh"

need_build gcc
if ! build_crash >"$TAP_LOGS/build.crash.log" 2>&1; then
    tap_not_ok 'build crash' "$TAP_LOGS/build.crash.log"
    tap_done
fi
scratch=$TAP_LOGS/scratch
mkdir -p "$scratch" && cd "$scratch" || exit 1
tap_program kills env TAP_LOGS="$TAP_LOGS" \
    bash "$ROOT/tests/e2e/kill_and_resume.sh" "$BUILDS/gcc" "$BUILDS/crash" "${KILLS:-4}"
mkdir -p "$scratch/train" && cd "$scratch/train" || exit 1
tap_program train-kills env TAP_LOGS="$TAP_LOGS" \
    bash "$ROOT/tests/e2e/kill_train.sh" "$BUILDS/gcc" "$BUILDS/crash" "${KILLS:-4}"
for part in failing_disk lost_mount; do
    mkdir "$scratch/$part" && cd "$scratch/$part" || exit 1
    tap_program "$part" env TAP_LOGS="$TAP_LOGS" bash "$ROOT/tests/e2e/$part.sh" "$BUILDS/gcc"
done
cd / && [ -n "$KEEP_SCRATCH" ] || rm -rf "$scratch"
tap_done
