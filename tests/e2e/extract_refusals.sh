#!/bin/bash
# What extract is given and what it must make of it: odd names, files that are
# none, disks that are full, runs that meet. Prints TAP.
#
#   extract_refusals.sh BUILD      works in a fresh folder under TMPDIR
set -u
ROOT=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd) || exit 1
build=$(cd "$1" && pwd) || exit 1
work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT
cd "$work" || exit 1
TAP_LOGS=$work/logs
mkdir logs
. "$ROOT/tests/lib/tap.sh"
extract=$build/tools/extract/extract
pack=$build/tools/pack/pack

"$build/data/make-clips" --classes 2 --groups 3 --clips 1 clips >/dev/null || exit 1
good=$(find clips -name '*.avi' | LC_ALL=C sort | head -n 1)

# Run extract; it must end with this status and say this on standard error.
expect() { # status, text, arguments...
    local status=$1 text=$2 got=0
    shift 2
    "$extract" "$@" >out 2>err || got=$?
    if [ "$got" -eq "$status" ] && { [ -z "$text" ] || grep -q -F -- "$text" err; }; then
        return 0
    fi
    echo "exit status $got, not $status; said:"
    cat err
    return 1
}

left_nothing() { # file
    [ ! -e "$1" ] && [ ! -e "$1.partial" ] && [ ! -e "$1.journal" ]
}

no_clips_among_these() {
    mkdir -p odd/folder.avi && : >odd/zero.avi && ln -s loop odd/loop && ln -s a.avi odd/a.avi
    printf '%s\n' odd/zero.avi odd/folder.avi odd/a.avi odd/absent.avi "$good" >odd.list
    expect 3 'odd/folder.avi: a directory, not a regular file' \
        -o odd.h5 --failures odd.tsv @odd.list || return 1
    grep -q 'odd/a.avi: Too many levels of symbolic links' err || { cat err; return 1; }
    [ "$(wc -l <odd.tsv)" -eq 4 ] || { cat odd.tsv; return 1; }
    grep -q $'^odd/absent.avi\tNo such file or directory$' odd.tsv || { cat odd.tsv; return 1; }
    grep -q $'^odd/zero.avi\tnot a video' odd.tsv || { cat odd.tsv; return 1; }
    grep -q '^5 clips: 1 packed, 4 failed$' out && "$pack" verify odd.h5
}
tap_run 'zero bytes, folders, links in circles, absent files' no_clips_among_these

odd_names() {
    mkdir -p 'names/a class'
    cp "$good" 'names/a class/it is "quoted"'\''s.avi'
    cp "$good" $'names/a class/two\nlines.avi'
    cp "$good" $'names/a class/\xff\xfe not UTF-8.avi'
    cp "$good" $'names/a class/tab\there.avi'
    echo x >$'names/a class/bad\x01\xf0.avi'
    expect 3 'names/a class/bad\x01\xf0.avi: not a video' -o names.h5 --failures names.tsv names \
        || return 1
    grep -q '^5 clips: 4 packed, 1 failed$' out || return 1
    grep -q '^names/a class/bad\\x01\\xf0.avi'$'\t''not a video' names.tsv || return 1
    h5dump -y -d /clips/path names.h5 | grep -q -F 'two\x0alines.avi' && "$pack" verify names.h5
}
tap_run 'spaces, quotes, newlines, bytes that are not UTF-8' odd_names

forbidden() {
    mkdir -p forbidden/c && cp "$good" forbidden/c/a.avi && cp "$good" forbidden/c/b.avi
    chmod 0 forbidden/c/b.avi && mkdir -m 777 open && chmod 755 "$work"
    local got=0
    setpriv --reuid 65534 --regid 65534 --clear-groups "$extract" -o open/f.h5 forbidden \
        >out 2>err || got=$?
    [ $got -eq 3 ] && grep -q 'forbidden/c/b.avi: Permission denied' err || { cat err; return 1; }
}
if [ "$(id -u)" -ne 0 ]; then
    tap_skip 'files that one may not read' 'needs root, to become an ordinary user'
elif setpriv --reuid 65534 --regid 65534 --clear-groups test -x "$extract" \
    && setpriv --reuid 65534 --regid 65534 --clear-groups test -r "$extract"; then
    tap_run 'files that one may not read' forbidden
else
    tap_skip 'files that one may not read' 'others cannot reach the programs'
fi

full_disk() { # size of the disk
    local status=0
    mkdir -p disk && mount -t tmpfs -o size="$1" none disk || return 1
    expect 1 'No space left on device' -o disk/a.h5 clips || status=1
    left_nothing disk/a.h5 || { ls -l disk; status=1; }
    [ "$(wc -l <err)" -eq 1 ] || { cat err; status=1; }
    umount disk
    return $status
}
mkdir -p probe
if mount -t tmpfs -o size=20k none probe 2>/dev/null; then
    umount probe
    for size in 4k 20k 40k 200k; do
        tap_run "a disk of $size" full_disk $size
    done
else
    tap_skip 'full disks' 'file systems cannot be mounted here'
fi

target_refused() {
    expect 1 'absent/a.h5.partial: cannot write: No such file or directory' -o absent/a.h5 clips \
        && echo mine >mine.h5 && expect 1 'mine.h5: exists (--force replaces it)' -o mine.h5 clips \
        && [ "$(cat mine.h5)" = mine ] && mkdir folder.h5 \
        && expect 1 'folder.h5: is a folder' --force -o folder.h5 clips \
        && ln -s nowhere link.h5.partial && expect 1 'link.h5.partial' -o link.h5 clips \
        && [ -L link.h5.partial ]
}
tap_run 'targets that cannot be written' target_refused

read_only() {
    local status=0
    mkdir -p disk && mount -t tmpfs -o ro none disk || return 1
    expect 1 'Read-only file system' -o disk/a.h5 clips || status=1
    umount disk
    return $status
}
if mount -t tmpfs -o ro none probe 2>/dev/null; then
    umount probe
    tap_run 'a read-only target' read_only
else
    tap_skip 'a read-only target' 'file systems cannot be mounted here'
fi

# So many that a run of them lasts for a while.
many_clips() {
    local i
    [ ! -d many ] || return 0
    mkdir -p many/c
    for i in $(seq 400); do ln "$good" "many/c/v_c_g01_c$i.avi"; done
}

two_runs() {
    many_clips
    "$extract" -j 1 -o two.h5 many >first.out 2>first.err &
    local first=$! status=0
    until [ -s two.h5.journal ] || ! kill -0 $first; do sleep 0.01; done
    expect 1 'two.h5: another run is writing it' -o two.h5 many || status=1
    wait $first || { echo 'the first run suffered'; status=1; }
    [ $status -eq 0 ] && "$pack" verify two.h5
}
tap_run 'two runs on one target' two_runs

stop_in_the_middle() { # target, further arguments
    local target=$1
    shift
    many_clips
    "$extract" -j 1 -o "$target" "$@" many >first.out 2>first.err &
    local first=$!
    # Past the head, which says how long it is, three records at least.
    until [ -s "$target.journal" ] || ! kill -0 $first 2>/dev/null; do sleep 0.01; done
    local head
    head=$(od -An -tu4 -j24 -N4 "$target.journal")
    until [ "$(stat -c %s "$target.journal")" -ge $((head + 192)) ] \
        || ! kill -0 $first 2>/dev/null; do sleep 0.01; done
    kill -INT $first
    wait $first
    [ -e "$target.partial" ] || { cat first.err; return 1; }
}

other_options() {
    stop_in_the_middle o.h5 && grep -q 'the same command goes on' first.err || return 1
    expect 1 'fit crop, now pad; frames 3, now 4' --frames 4 --fit pad -o o.h5 many \
        && expect 1 'number of clips 400, now 3; other clips' \
            -o o.h5 clips/"$(ls clips | head -n 1)" \
        && [ -e o.h5.partial ] && expect 0 'clips are kept' -o o.h5 many || return 1
    stop_in_the_middle p.h5 && expect 0 '' --restart --frames 4 -o p.h5 many \
        && ! grep -q 'kept' err && [ ! -e p.h5.partial ] && [ ! -e p.h5.journal ]
}
tap_run 'an unfinished run with other options' other_options

changed_source() {
    stop_in_the_middle s.h5 || return 1
    touch -d 2001-01-01 many/c/v_c_g01_c1.avi # the others are the same file
    expect 1 'other clips changed after the unfinished run packed them; --restart' -o s.h5 many \
        && grep -q 's.h5.partial: c/v_c_g01_c1.avi' err && [ -e s.h5.partial ] \
        && expect 0 '' --restart -o s.h5 many
}
tap_run 'sources that changed between two runs' changed_source

# The writer must be awake during the few milliseconds of the reading, which a
# busy machine does not promise: it gets some tries.
changed_while_read() {
    mkdir -p moving/c && cp "$good" moving/c/a.avi && cp "$good" moving/c/b.avi
    (while :; do touch moving/c/b.avi; done) &
    local writer=$! status=1 tries=30
    while [ $status -ne 0 ] && [ $((tries -= 1)) -ge 0 ]; do
        expect 3 'moving/c/b.avi: changed while it was read' --force -j 1 -o moving.h5 moving \
            && grep -q '^2 clips: 1 packed, 1 failed$' out && status=0
    done
    kill $writer
    wait $writer 2>/dev/null
    return $status
}
tap_run 'a source that changes while it is read' changed_while_read

on_error_stop() {
    mkdir -p stop/c && cp "$good" stop/c/a.avi && echo x >stop/c/b.avi && cp "$good" stop/c/d.avi
    expect 1 'stop/c/b.avi: not a video' -j 1 --on-error stop -o stop.h5 stop || return 1
    grep -q '(--on-error stop)' err && grep -q '1 of 3 clips are kept' err \
        && [ ! -e stop.h5 ] && expect 3 'goes on with an unfinished run: 1 of 3' -o stop.h5 stop
}
tap_run '--on-error stop' on_error_stop

dry_run() {
    expect 0 '' -n clips && [ ! -s err ] && [ "$(tail -n 1 out | cut -d' ' -f1-8)" = \
        '6 clips, 6 rows of 3 frames of' ] && left_nothing a.h5
}
tap_run '--dry-run' dry_run

many_classes() {
    local i
    for i in $(seq 4000); do printf 'x%d.avi\tClass%011d\n' "$i" "$i"; done >classes.list
    expect 1 '4000 classes: their names take' -o classes.h5 @classes.list && left_nothing classes.h5
}
tap_run 'more classes than fit' many_classes

bad_shards() {
    local word
    for word in 0/3 4/3 1 /2 1/ a/b 1/0 -1/2 1/2/3 ''; do
        expect 2 "--shard '$word': I/N is needed" --shard "$word" -o x.h5 clips || return 1
    done
    expect 1 'there are only 6 clips' --shard 2/9 -o x.h5 clips && left_nothing x.h5
}
tap_run 'shards that cannot be' bad_shards

# Private memory is limited: 200 bytes a clip, and 60 MB for as many as UCF101 has.
listed_clips() { # how many
    seq "$1" | awk '{ c = $1 % 101; g = $1 % 25
        printf "UCF-101/Class%03d/v_Class%03d_g%02d_c%07d.avi\tClass%03d\n", c, c, g, $1, c }'
}

million_clips() {
    listed_clips 1000000 >million.list
    (ulimit -d 200000 && "$extract" -n @million.list) >out 2>err || { cat err; return 1; }
    tail -n 1 out | grep -q '^1000000 clips, 1000000 rows'
}
tap_run 'a plan of a million clips' million_clips

parent_memory() {
    listed_clips 13319 >many.list
    printf '%s\tClass001\n' "$good" >>many.list
    (ulimit -d 60000 && "$extract" -j 1 -o memory.h5 @many.list) >out 2>err
    [ $? -eq 3 ] && grep -q '^13320 clips: 1 packed, 13319 failed$' out && return 0
    tail -n 3 err
    return 1
}
tap_run 'memory at 13,320 clips' parent_memory

merges_refused() {
    local i text
    for i in 1 2 3; do "$extract" --shard $i/3 -o s$i.h5 clips >out || return 1; done
    "$extract" --seed 7 --shard 2/3 -o other2.h5 clips >out || return 1
    "$extract" -o whole.h5 clips >out || return 1
    cp s2.h5 bent2.h5
    printf 'XXXX' | dd of=bent2.h5 bs=1 conv=notrunc status=none \
        seek=$(($(stat -c %s bent2.h5) - 100))
    while IFS='|' read -r text i; do
        # shellcheck disable=SC2086 # words
        "$pack" merge -o m.h5 $i >out 2>err && { echo "$i: merged"; return 1; }
        grep -q -F "$text" err || { echo "not said: $text"; cat err; return 1; }
        left_nothing m.h5 || return 1
    done <<'EOT'
1 of 3 shards is missing: number 2|s3.h5 s1.h5
2 of 3 shards are missing: number 1, 2|s3.h5
s2.h5 and s2.h5 are both shard 2 of 3|s1.h5 s2.h5 s2.h5 s3.h5
seed is 54321 in the first and 7 in the second|s1.h5 other2.h5 s3.h5
whole.h5: a pack, but no shard|s1.h5 whole.h5
bent2.h5: damaged|s1.h5 bent2.h5 s3.h5
No such file|s1.h5 absent.h5
EOT
    "$pack" merge -o m.h5 s2.h5 s3.h5 s1.h5 >out && cmp m.h5 whole.h5
}
tap_run 'merges that are refused' merges_refused
tap_done
