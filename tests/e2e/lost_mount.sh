#!/bin/bash
# A file system that goes away under a running program, as that of a server does:
# a message, exit status 1, and the same command goes on when it is back. It is a
# file system in user space whose process is killed. Needs root and fuse2fs.
# Prints TAP.
# Usage: lost_mount.sh BUILD, in an empty folder
set -u
ROOT=$(cd "$(dirname "$0")/../.." && pwd) || exit 1
. "$ROOT/tests/lib/e2e.sh"
. "$ROOT/tests/lib/own_mounts.sh"
PATH=$PATH:/usr/sbin:/sbin
own_mounts "$0" "$BUILD"

server=
be_there() {
    setpriv --pdeathsig KILL fuse2fs -f -o fakeroot net.image net >>server.log 2>&1 &
    server=$!
    local wait=100
    until mountpoint -q net; do
        [ $((wait -= 1)) -gt 0 ] && kill -0 "$server" && sleep 0.1 || return
    done
}

go_away() {
    kill -KILL "$server"
    wait "$server"
} 2>/dev/null

# What it had not written is lost, and its tables may need mending.
come_back() {
    umount -l net
    e2fsck -fy net.image >>server.log 2>&1
    be_there
}

new_server() {
    if [ -n "$server" ]; then
        umount -l net
        wait "$server"
    fi
    rm -rf net net.image
    mkdir net && truncate -s 200m net.image \
        && mke2fs -q -t ext4 -O ^has_journal -b 4096 -m 0 net.image && be_there
}

if ! new_server >mount.log 2>&1; then
    tap_skip 'a file system that goes away' \
        "none can be made here: $(cat mount.log server.log | tr -cd 'a-zA-Z0-9 :/.' | head -c 100)"
    tap_done
fi

training=(--net wide.net --epochs 40 --batch 16)
make_inputs() {
    make-clips --classes 4 --groups 5 --clips 3 clips && extract --size 128x128 -o whole.h5 clips \
        && printf 'flatten\nlinear\n' >wide.net && train -q "${training[@]}" -o run whole.h5
}
tap_run 'a pack and a model, where nothing goes away' make_inputs

# Take it away as soon as a file is there. 2: the command was done before.
lose_at() { # file, then the command
    local file=$1 status=0 wait=3000
    shift
    "$@" >said.out 2>said.err &
    local program=$!
    until [ -s "$file" ] || ! kill -0 "$program" 2>/dev/null || [ $((wait -= 1)) -eq 0 ]; do
        sleep 0.01
    done
    go_away
    wait "$program" || status=$?
    cat said.out said.err
    [ "$status" -ne 0 ] || return 2
    [ "$status" -eq 1 ] && grep -q ': net/' said.err || {
        echo "exit status $status"
        return 1
    }
}

until_lost() { # as lose_at
    local try status
    for try in 1 2 3 4 5; do
        new_server || return
        cp whole.h5 net/read.h5 && sync || return
        lose_at "$@"
        status=$?
        [ $status -eq 2 ] || return $status
    done
    echo "always done before: $try times"
    return 1
}

extract_goes_on() {
    until_lost net/new.h5.journal extract -j 1 --size 128x128 -o net/new.h5 clips || return
    come_back && extract --size 128x128 -o net/new.h5 clips && cmp net/new.h5 whole.h5
}
tap_run 'extract, whose target goes away' extract_goes_on

# Its pack is there, too: reading fails as well as writing.
train_goes_on() {
    local rest=(--resume net/run)
    until_lost net/run/history.csv train -q "${training[@]}" -o net/run net/read.h5 && come_back \
        || return
    [ -e net/run/options.txt ] || rest=("${training[@]}" -o net/run)
    train -q "${rest[@]}" net/read.h5 && cmp net/run/model.h5 run/model.h5
}
tap_run 'train, whose pack and run go away' train_goes_on
umount -l net
tap_done
