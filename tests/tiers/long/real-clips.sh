# extract on real clips, beyond what the tier `real` does: any number of jobs and
# any order of the sources, shards, workers' memory, every way of choosing frames
# against ffmpeg, and pixels that do not hang on the CPU.
set -u
. "$ROOT/tests/lib/tap.sh"
. "$ROOT/tests/lib/builds.sh"

need_build gcc
clips=${TRIPTYCH_TEST_DATA:-}/ucf101
if [ ! -d "$clips" ]; then
    tap_skip 'real clips' 'no ucf101 in TRIPTYCH_TEST_DATA'
    tap_done
fi
extract=$BUILDS/gcc/tools/extract/extract
scratch=$TAP_LOGS/scratch
mkdir -p "$scratch" && cd "$scratch" || exit 1

tap_run 'one job' "$extract" -j 1 -o whole.h5 "$clips"

# Private memory is limited: what a worker takes of it is less.
small_workers() {
    (ulimit -d 40000 && "$extract" -j 2 -o small.h5 "$clips") && cmp whole.h5 small.h5
}
tap_run 'two workers of 40 MB' small_workers

seven_jobs() {
    "$extract" -j 7 -o seven.h5 "$clips" && cmp whole.h5 seven.h5
}
tap_run 'seven jobs' seven_jobs

reversed() {
    (cd "$clips" && find . -name '*.avi' -printf '%P\n') | LC_ALL=C sort \
        | awk -F / -v "d=$clips" '{ print d "/" $0 "\t" $1 }' >up.list
    tac up.list >down.list
    "$extract" -o up.h5 @up.list && "$extract" -o down.h5 @down.list && cmp up.h5 down.h5
}
tap_run 'sources in reversed order' reversed

shards() { # number of them
    local i
    rm -f part*.h5 merged.h5
    for i in $(seq "$1"); do
        "$extract" --shard "$i/$1" -o "part$i.h5" "$clips" || return 1
    done
    "$BUILDS/gcc/tools/pack/pack" merge -o merged.h5 part*.h5 && cmp whole.h5 merged.h5
}
for n in 1 2 3 4 5; do
    tap_run "$n shards merged" shards "$n"
done

# A tenth of the clips.
find "$clips" -name '*.avi' -printf '%P\n' | LC_ALL=C sort | awk 'NR % 10 == 1' \
    | while read -r path; do
        mkdir -p "tenth/${path%/*}" && ln -s "$clips/$path" "tenth/$path"
    done

choose() { # options
    "$extract" -f -o chosen.h5 "$@" tenth \
        && /usr/bin/python3 "$ROOT/tests/e2e/frames_judge.py" tenth chosen.h5
}
for options in 'centers' 'uniform' 'random' 'consecutive --stride 5' 'first --stride 2' \
    'middle --stride 7' 'centers --fit pad' 'uniform --fit stretch --size 48x80' \
    'random --seek never' 'consecutive --verify-seek'; do
    # shellcheck disable=SC2086 # words
    tap_run "frames of --sampling $options" choose --samples 2 --frames 4 --sampling $options
done

tap_run 'the same on any CPU' /usr/bin/python3 "$ROOT/tests/e2e/cpu_judge.py" tenth
cd / && [ -n "${KEEP_SCRATCH:-}" ] || rm -rf "$scratch"
tap_done
