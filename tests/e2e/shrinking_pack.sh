#!/bin/bash
# A pack that becomes shorter while a program works with it: a message and exit
# status 1, never a signal; or it was done before. Prints TAP.
# Usage: shrinking_pack.sh BUILD, in an empty folder
set -u
ROOT=$(cd "$(dirname "$0")/../.." && pwd) || exit 1
. "$ROOT/tests/lib/e2e.sh"

make_pack() {
    make-clips --classes 3 --groups 6 --clips 4 clips && extract -o good.h5 --size 96x96 clips \
        && printf 'conv 5x5x4\nrelu\nmaxpool 2\nflatten\nlinear\n' >fast.net \
        && train -q -o good --net fast.net --epochs 1 good.h5
}
tap_run 'a pack to shorten' make_pack

message='became shorter, or unreadable, while it was in use'

# The training would take hours; it is cut off in its second epoch or later.
training() { # bytes that are left
    cp good.h5 short.h5 || return
    rm -rf run
    train -o run --net fast.net --epochs 1000000 --threads 2 short.h5 >said.out 2>said.err &
    local pid=$! status=0 wait=600
    until [ -s run/history.csv ] || [ $((wait -= 1)) -eq 0 ] || ! kill -0 "$pid"; do
        sleep 0.1
    done
    truncate -s "$1" short.h5
    ( sleep 60; kill -KILL "$pid" ) 2>/dev/null &
    local guard=$!
    wait "$pid" || status=$?
    kill "$guard" 2>/dev/null
    tail -n 3 said.err
    echo "exit status $status"
    [ "$status" -eq 1 ] && [ "$(tail -n 1 said.err)" = "train: short.h5: $message" ] \
        && [ ! -e run/model.h5 ]
}
tap_run 'a training ends with a message: all of it is gone' training 0
half=$(($(stat -c %s good.h5) / 2))
tap_run 'a training ends with a message: half of it is gone' training "$half"

# Less than a page is gone: no signal tells of that.
little() {
    cp good.h5 short.h5 || return
    rm -rf run
    mkfifo fifo
    # It writes the epoch's line into the pipe and waits there until it is read.
    local pid status=0 line
    train -o run --net fast.net --epochs 2 --log-every 1 short.h5 >fifo 2>said.err &
    pid=$!
    exec 7<fifo
    while IFS= read -r line <&7 && [[ $line != *' 1 '* ]]; do :; done
    truncate -s -1 short.h5
    cat <&7 >/dev/null
    exec 7<&-
    wait "$pid" || status=$?
    cat said.err
    echo "exit status $status"
    [ "$status" -eq 1 ] && [ ! -e run/model.h5 ] \
        && grep -q '^train: short.h5: became shorter while it was in use: [0-9]* bytes' said.err
}
tap_run 'one byte less is found at the end' little

# Programs that are soon done: cut at any moment, over and over.
any_moment() { # the command; short.h5 is what gets shorter
    local status cut=0 delay pid
    for delay in 0 2 4 6 8 10 12 14 16 18 20 23 26 30 35 40 50 60 80; do
        status=0
        rm -rf out && mkdir out
        cp good.h5 short.h5
        "$@" >said.out 2>said.err &
        pid=$!
        sleep "0.0$(printf %02d "$delay")"
        truncate -s 1000 short.h5
        wait "$pid" || status=$?
        if [ "$status" -gt 1 ]; then
            echo "cut after $delay ms: exit status $status"
            cat said.err
            return 1
        elif [ "$status" -eq 1 ] && ! grep -q 'short.h5: ' said.err said.out; then
            echo "cut after $delay ms: no message that names it"
            cat said.err
            return 1
        fi
        cut=$((cut + status))
    done
    echo "found it cut $cut times"
    [ "$cut" -gt 0 ]
}
tap_run 'predict' any_moment predict -o out/table.csv good/model.h5 short.h5
tap_run 'pack info' any_moment pack info short.h5
tap_run 'pack verify' any_moment pack verify short.h5
tap_run 'pack diff' any_moment pack diff --limit 0 good.h5 short.h5
tap_run 'pack sheet' any_moment pack sheet -o out/sheet.png short.h5
tap_run 'pack resplit' any_moment pack resplit -o out/new.h5 --seed 7 short.h5
tap_done
