#!/bin/bash
# Kill extract and pack merge, again and again, and see that what comes out is
# what an undisturbed run gives. Prints TAP.
#
#   kill_and_resume.sh PLAIN CRASH KILLS
#
# PLAIN is a build folder, CRASH one with -Dcrash_points=true, KILLS how many
# kills at random times must have struck each of the two programs. Works in the
# current folder.
set -u
ROOT=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd) || exit 1
plain=$1 crash=$2 wanted=$3
TAP_LOGS=${TAP_LOGS:-$PWD}
. "$ROOT/tests/lib/tap.sh"
. "$ROOT/tests/lib/random_kills.sh"

extract=$plain/tools/extract/extract
merge="$plain/tools/pack/pack merge"

"$plain/data/make-clips" --classes 4 --groups 3 --clips 2 clips >/dev/null || exit 1
broken=clips/$(ls clips | head -n 1)/v_Broken_g01_c01.avi
echo 'no video' >"$broken"
clips=25
"$extract" -j 1 -o whole.h5 clips >whole.out 2>/dev/null
[ $? -eq 3 ] || { echo 'Bail out! the undisturbed run failed'; exit 1; }

same() { # file: it is the undisturbed pack, and nothing else was left
    cmp -s "$1" whole.h5 && [ ! -e "$1.partial" ] && [ ! -e "$1.journal" ]
}

# Kept and decoded, as the last run said; the latter is what it printed, too.
kept_of() {
    sed -n 's/.*goes on with an unfinished run: \([0-9]*\) of.*/\1/p' "$1"
}

for jobs in 2 7; do
    rm -f jobs.h5
    "$extract" -j $jobs -o jobs.h5 clips >/dev/null 2>&1
    if same jobs.h5; then tap_ok "-j $jobs"; else tap_not_ok "-j $jobs"; fi
done

# ---- named points: how many clips are kept must be exact (-j 1)

# point, clips that the next run keeps ("-": it has nothing to go on with)
points='journal-cleared - pack-created - plan-written - journal-started -
clip-pixels:1 - clip-pixels:6 5 clip-written:9 8 clip-recorded:1 1 clip-recorded:12 12
clip-recorded:25 25 finish-counts 25 finish-digest 25 finish-complete 25 finish-recorded 25
output-synced 25'

run_point() { # point, kept
    local status=0 got
    rm -f a.h5 a.h5.partial a.h5.journal
    { TRIPTYCH_TEST_CRASH=$1 "$crash/tools/extract/extract" -j 1 -o a.h5 clips; } \
        >point.out 2>&1 || status=$?
    [ $status -eq 137 ] || { echo "was not killed: $status"; return 1; }
    [ ! -e a.h5 ] || { echo 'a pack under the final name'; return 1; }
    "$extract" -j 2 -o a.h5 clips >again.out 2>again.err || status=$?
    [ $status -eq 3 ] || { echo "exit status $status"; cat again.err; return 1; }
    got=$(kept_of again.err)
    [ "${got:--}" = "$2" ] || { echo "kept $got, not $2"; return 1; }
    cmp whole.h5 a.h5 && same a.h5
}

set -- $points
while [ $# -gt 0 ]; do
    tap_run "killed at $1" run_point "$1" "$2"
    shift 2
done

killed_after_rename() {
    local status=0
    rm -f a.h5
    { TRIPTYCH_TEST_CRASH=output-renamed "$crash/tools/extract/extract" -o a.h5 clips; } \
        >point.out 2>&1
    [ -e a.h5 ] && [ -e a.h5.journal ] || return 1
    "$extract" -o a.h5 clips >again.out 2>again.err || status=$?
    [ $status -eq 3 ] && diff <(sed s/whole/a/ whole.out) again.out && same a.h5 || return 1
    grep -q 'all 25 clips were packed by an earlier run' again.err || return 1
    # And once more: now it is a pack like any other.
    "$extract" -o a.h5 clips >again.out 2>again.err || status=$?
    [ $status -eq 1 ] && grep -q 'exists' again.err
}
tap_run 'killed between rename and the journal' killed_after_rename

# ---- random times, several kills of one pack, until it is there

random_kills() {
    local kills=0 status killed kept last=0
    rm -f r.h5 r.h5.partial r.h5.journal
    while :; do
        "$extract" -j $((RANDOM % 3 + 1)) -o r.h5 clips >again.out 2>again.err &
        [ $kills -ge 3 ] || kill_within $! 50000 600000
        killed=yes
        was_struck $! || killed=
        kept=$(kept_of again.err)
        if [ -n "$kept" ]; then
            [ "$kept" -ge "$last" ] || { echo "kept $kept after $last"; return 1; }
            last=$kept
        fi
        [ "$killed" ] || break
        kills=$((kills + 1))
        same r.h5 && return # all was done, and another run would find that the pack exists
    done
    [ $status -eq 3 ] && same r.h5 && return
    echo "exit status $status, seed $seed"
    cat again.err
    return 1
}

until_struck "$wanted" extract random_kills

# ---- what the disk may have lost, and a journal that was torn

begin() { # leaves c.h5 unfinished after 20 clips
    rm -f c.h5 c.h5.partial c.h5.journal
    { TRIPTYCH_TEST_CRASH=clip-recorded:20 "$crash/tools/extract/extract" -j 1 -o c.h5 clips; } \
        >/dev/null 2>&1
    [ -e c.h5.partial ]
}

go_on() { # clips that must be kept
    local status=0 got
    "$extract" -j 1 -o c.h5 clips >again.out 2>again.err || status=$?
    got=$(kept_of again.err)
    [ $status -eq 3 ] && [ "${got:-0}" -eq "$1" ] && same c.h5 && return 0
    echo "exit status $status, kept $got, not $1"
    cat again.err
    return 1
}

torn_record() {
    begin && truncate -s -17 c.h5.journal && go_on 19
}

flipped_record() {
    begin && printf 'X' | dd of=c.h5.journal bs=1 conv=notrunc status=none \
        seek=$(($(stat -c %s c.h5.journal) - 64 * 5 + 9)) && go_on 19
}

torn_head() {
    begin && printf 'X' | dd of=c.h5.journal bs=1 seek=150 conv=notrunc status=none && go_on 0 \
        && grep -q 'c.h5.journal: damaged; begins anew' again.err
}

lost_pixels() {
    local at
    begin || return 1
    # The frames are at the end; those of clip 3, of 3 x 64 x 64 x 3 bytes.
    at=$(($(stat -c %s c.h5.partial) - 36864 * (clips - 3)))
    dd if=/dev/zero of=c.h5.partial bs=1 seek=$((at + 100)) count=5000 conv=notrunc status=none
    go_on 19 && grep -q '1 finished clip had not reached the disk' again.err
}

lost_everything() {
    begin && truncate -s 0 c.h5.partial && go_on 0 \
        && grep -q '20 finished clips had not reached the disk' again.err
}

for name in torn_record flipped_record torn_head lost_pixels lost_everything; do
    tap_run "${name//_/ }" $name
done

# ---- shards

shards() { # number of them
    local n=$1 i list=
    rm -f part*.h5 m.h5
    for i in $(seq "$n"); do
        "$extract" -j 2 --shard "$i/$n" -o "part$i.h5" clips >/dev/null 2>&1
        list="part$i.h5 $list"
    done
    $merge -o m.h5 $list >/dev/null
    [ $? -eq 3 ] && same m.h5
}
for n in 1 2 5; do
    tap_run "$n shards merged" shards "$n"
done

killed_shard() {
    rm -f part2.h5
    { TRIPTYCH_TEST_CRASH=clip-recorded:3 "$crash/tools/extract/extract" -j 1 --shard 2/5 \
        -o part2.h5 clips; } >/dev/null 2>&1
    "$extract" --shard 2/5 -o part2.h5 clips >again.out 2>again.err
    [ $? -eq 3 ] || { cat again.err; return 1; } # the broken clip is in it
    grep -q '3 of 5 clips are kept' again.err || { cat again.err; return 1; }
    rm -f m.h5
    $merge -o m.h5 part?.h5 >/dev/null
    [ $? -eq 3 ] && same m.h5
}
tap_run 'a killed shard' killed_shard

killed_merge() { # point
    local status=0
    rm -f m.h5
    { TRIPTYCH_TEST_CRASH=$1 "$crash/tools/pack/pack" merge -o m.h5 part?.h5; } \
        >point.out 2>&1 || status=$?
    [ $status -eq 137 ] || { echo "was not killed: $status"; return 1; }
    [ ! -e m.h5 ] && [ -e m.h5.partial ] || return 1
    status=0
    $merge -o m.h5 part?.h5 >/dev/null || status=$?
    [ $status -eq 3 ] && same m.h5
}
for point in pack-created clip-pixels:1 clip-written:13 clip-recorded:25 finish-counts \
    finish-digest finish-complete finish-recorded output-synced; do
    tap_run "merge killed at $point" killed_merge $point
done

merge_killed_after_rename() {
    local status=0
    rm -f m.h5
    { TRIPTYCH_TEST_CRASH=output-renamed "$crash/tools/pack/pack" merge -o m.h5 part?.h5; } \
        >point.out 2>&1 || status=$?
    [ $status -eq 137 ] && same m.h5 || return 1
    status=0
    $merge -o m.h5 part?.h5 >again.out 2>again.err || status=$?
    [ $status -eq 1 ] && grep -q 'exists' again.err && same m.h5
}
tap_run 'merge killed at output-renamed' merge_killed_after_rename

# As long as one merge takes, or thereabouts.
rm -f m.h5
timed $merge -o m.h5 part?.h5 >/dev/null
merge_us=$took_us

random_merge_kills() {
    local status kills=0
    rm -f m.h5
    while :; do
        $merge -o m.h5 part?.h5 >again.out 2>again.err &
        [ $kills -ge 3 ] || kill_within $! 0 $merge_us
        was_struck $! || break
        kills=$((kills + 1))
        # The rename is the end of it: before there is no such name, after it a whole pack.
        [ ! -e m.h5 ] || { same m.h5 && return; }
    done
    [ $status -eq 3 ] && same m.h5 || { echo "exit status $status, seed $seed"; return 1; }
}
until_struck "$wanted" merge random_merge_kills
tap_done
