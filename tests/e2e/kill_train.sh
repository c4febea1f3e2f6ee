#!/bin/bash
# Kill train, again and again, and see that the run that goes on leaves what an
# undisturbed one does. Prints TAP.
#
#   kill_train.sh PLAIN CRASH KILLS
#
# PLAIN is a build folder, CRASH one with -Dcrash_points=true, KILLS how many
# kills at random times must have struck. Works in the current folder.
set -u
ROOT=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd) || exit 1
plain=$1 crash=$2 wanted=$3
TAP_LOGS=${TAP_LOGS:-$PWD}
. "$ROOT/tests/lib/tap.sh"
. "$ROOT/tests/lib/random_kills.sh"

train=$plain/tools/train/train

"$plain/data/make-clips" --classes 3 --groups 4 --clips 1 clips >/dev/null || exit 1
"$plain/tools/extract/extract" -o p.h5 --size 24x24 clips >/dev/null || exit 1
printf 'conv 5x5x4\nbatchnorm\nrelu\nmaxpool 2\ndropout 0.3\nflatten\nlinear\n' >bn.net
cat >own.recipe <<'EOF_RECIPE'
net = bn.net
epochs = 4
batch = 4
optimiser = sgd
momentum = 0.9
schedule = onecycle
lr = 0.05
weight-decay = 0.001
hflip = 0.5
brightness = 0.3
EOF_RECIPE
# 5 steps an epoch.
files='--keep 2 --checkpoint-every 2'
timed "$train" -q -o whole --recipe own.recipe $files p.h5 \
    || { echo 'Bail out! no whole run'; exit 1; }
whole_us=$took_us # kills strike within as much

untimed() { # all but the columns of time
    cut -d, -f1-8,12- "$1/history.csv"
}

same() { # run: it holds the same files with the same bytes, and nothing else
    local file
    diff <(cd whole && find . | sort) <(cd "$1" && find . | sort) \
        && cmp <(untimed whole) <(untimed "$1") && diff -r whole/tb "$1/tb" || return 1
    for file in whole/*.*; do
        case $file in
        */history.csv | */report.html) ;; # times
        *) cmp "$file" "$1/${file#whole/}" || return 1 ;;
        esac
    done
}

# A run that was killed begins anew where it has not even written its options,
# and goes on otherwise.
# With "exec" it takes the place of its shell, so that a kill reaches it.
again() { # run, [exec]
    if [ ! -e "$1/options.txt" ]; then
        ${2:-} "$train" -q -o "$1" --recipe own.recipe $files p.h5
    else
        ${2:-} "$train" -q --resume "$1" $files p.h5
    fi
}

# ---- named points. Those of checkpoints: 1 is that of the beginning.

run_point() { # point
    local status=0
    rm -rf a
    { TRIPTYCH_TEST_CRASH=$1 "$crash/tools/train/train" -q -o a --recipe own.recipe \
        $files p.h5; } \
        >point.out 2>&1 || status=$?
    [ $status -eq 137 ] || { echo "was not killed: $status"; cat point.out; return 1; }
    [ ! -e a/model.h5 ] || [ "$1" = model-written ] || { echo 'a model too early'; return 1; }
    again a && same a
}
for point in run-clearing:1 output-synced:1 run-options run-begun train-step:1 train-step:2 \
    train-step:5 train-step:13 train-step:20 \
    checkpoint-written:1 checkpoint-written:3 checkpoint-written:7 \
    epoch-best epoch-history:1 epoch-history:3 epoch-tensorboard:1 epoch-tensorboard:4 \
    epoch-kept:1 epoch-kept:3 output-synced:2 output-synced:5 output-renamed:1 \
    output-renamed:2 output-renamed:9 output-synced:20 model-written; do
    tap_run "killed at $point" run_point $point
done

# A kill while --force clears the folder leaves nothing that looks like a run
# which could be gone on with.
killed_clearing() { # point
    rm -rf b
    "$train" -q -o b --recipe own.recipe --epochs 1 --keep 1 p.h5 || return 1
    { TRIPTYCH_TEST_CRASH=run-clearing:1 "$crash/tools/train/train" -q --force -o b \
        --recipe own.recipe $files p.h5; } >/dev/null 2>&1
    [ ! -e b/checkpoint.h5 ] || { echo 'the checkpoint is still there'; return 1; }
    "$train" -q --force -o b --recipe own.recipe $files p.h5 && same b
}
tap_run 'killed while clearing' killed_clearing

# ---- random times, several kills of one run, until it is done

random_kills() {
    local kills=0 status
    rm -rf r
    while :; do
        again r exec >again.out 2>&1 &
        [ $kills -ge 6 ] || kill_within $! 0 $whole_us
        was_struck $! || break
        kills=$((kills + 1))
    done
    [ $status -eq 0 ] && same r || { echo "status $status, seed $seed"; cat again.out; return 1; }
}
until_struck "$wanted" train random_kills

# ---- a checkpoint that did not reach the disk whole is refused, not believed

torn() { # bytes that are left
    cp -r whole c && truncate -s "$1" c/checkpoint.h5 && rm c/model.h5
    "$train" -q --resume c p.h5 2>torn.err
    local status=$?
    rm -rf c
    [ $status -eq 1 ] && grep -q 'c/checkpoint.h5' torn.err
}
for size in 0 100 20000; do
    tap_run "a checkpoint of $size bytes" torn $size
done
tap_done
