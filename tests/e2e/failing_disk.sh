#!/bin/bash
# A disk that takes bytes and then loses them: a write succeeds, and fsync tells
# of it, or nobody. What a program says is on disk must be there when the disk is
# taken out and put in again. It is a file system whose blocks lie in memory that
# has run out. Needs root and a loop device. Prints TAP.
# Usage: failing_disk.sh BUILD, in an empty folder
set -u
ROOT=$(cd "$(dirname "$0")/../.." && pwd) || exit 1
. "$ROOT/tests/lib/e2e.sh"
. "$ROOT/tests/lib/own_mounts.sh"
PATH=$PATH:/usr/sbin:/sbin
own_mounts "$0" "$BUILD"

put_in() {
    mount -o loop,errors=continue memory/disk.image disk
}

# What only the cache of the kernel holds is gone then.
take_out() {
    umount disk && put_in
}

new_disk() { # megabytes that will hold: the first ones, where a file system has its own tables
    ! mountpoint -q disk || umount disk || return
    ! mountpoint -q memory || umount memory || return
    mkdir -p memory disk
    mount -t tmpfs -o size=80m none memory && truncate -s 64m memory/disk.image \
        && mke2fs -q -t ext4 -O ^has_journal -b 4096 -N 256 -m 0 memory/disk.image \
        && fallocate -l "$1m" memory/disk.image \
        && mount -o "remount,size=$(du -k memory/disk.image | cut -f 1)k" memory && put_in
}

mend_disk() {
    mount -o remount,size=80m memory
}

if ! new_disk 4 >mount.log 2>&1; then
    tap_skip 'a disk that loses bytes' \
        "none can be made here: $(tr -cd 'a-zA-Z0-9 :/.' <mount.log | head -c 100)"
    tap_done
fi

make_inputs() {
    make-clips --classes 4 --groups 5 --clips 3 clips && extract --size 128x128 -o whole.h5 clips \
        && for i in 1 2; do extract --size 128x128 --shard $i/2 -o "shard$i.h5" clips; done \
        && pack merge -o merged.h5 shard1.h5 shard2.h5 && cmp merged.h5 whole.h5 \
        && printf 'flatten\nlinear\n' >wide.net \
        && train -q "${training[@]}" -o run whole.h5 && [ "$(stat -c %s run/model.h5)" -gt 500000 ]
}
training=(--net wide.net --epochs 6 --batch 16)
tap_run 'packs and a model, on a disk that is well' make_inputs

# A command that writes what the disk cannot hold: exit status 1 and its message.
fails() { # message, then a command
    local wanted=$1 status=0
    shift
    "$@" >said.out 2>said.err || status=$?
    cat said.out said.err
    [ "$status" -eq 1 ] && grep -q "$wanted" said.err || {
        echo "exit status $status, not 1 with '$wanted'"
        return 1
    }
}

# The bytes that were lost are still in the cache when the second run looks.
again_is_whole() { # what the second run says, then a command that makes disk/new.h5
    local wanted=$1 status=0
    shift
    new_disk 4 && fails 'new.h5.partial: cannot sync' "$@" && [ ! -e disk/new.h5 ] && mend_disk \
        || return
    "$@" >again.out 2>again.err || status=$?
    cat again.out again.err
    [ "$status" -eq 0 ] && grep -q "$wanted" again.out again.err && take_out \
        && pack verify disk/new.h5 && cmp disk/new.h5 whole.h5
}
tap_run 'extract knows what was lost' again_is_whole 'finished clips had not reached the disk' \
    extract --size 128x128 -o disk/new.h5 clips
tap_run 'so does pack merge' again_is_whole '60 rows out of 2 shards' \
    pack merge -o disk/new.h5 shard1.h5 shard2.h5

# An old file of that name stays as it was.
old_stays() { # its name, then a command that writes it
    local name=$1
    shift
    new_disk 4 && echo old >"disk/$name" && sync && fails 'cannot sync' "$@" && take_out \
        && [ "$(cat "disk/$name")" = old ] && [ "$(ls disk)" = "lost+found
$name" ]
}
tap_run 'pack resplit leaves the old pack' old_stays new.h5 pack resplit --force --seed 7 \
    -o disk/new.h5 whole.h5

untimed() { # all but the columns of time
    cut -d, -f1-8,12- "$1/history.csv"
}

# The checkpoint before is whole, and is gone on with.
train_goes_on() {
    new_disk 7 && fails 'cannot sync' train -q "${training[@]}" -o disk/run whole.h5 \
        && [ ! -e disk/run/model.h5 ] && [ -e disk/run/checkpoint.h5 ] && mend_disk && take_out \
        && train -q --resume disk/run whole.h5 && take_out \
        && cmp disk/run/model.h5 run/model.h5 && cmp disk/run/best.h5 run/best.h5 \
        && diff -r run/tb disk/run/tb && cmp <(untimed disk/run) <(untimed run)
}
tap_run 'train goes on from the checkpoint before' train_goes_on
! mountpoint -q disk || umount disk
umount memory
tap_done
