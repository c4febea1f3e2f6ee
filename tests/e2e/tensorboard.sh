#!/bin/bash
# RUN/tb, the event files of a run, read by a strict reader of our own; what
# becomes of them when a run goes on. Usage: tensorboard.sh BUILD, in an empty
# folder; TAP.
set -u
ROOT=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd) || exit 1
. "$ROOT/tests/lib/e2e.sh"
judge=$ROOT/tests/e2e/events_judge.py
file=tb/train/events.out.tfevents

"$BUILD/data/make-clips" --classes 3 --groups 4 --clips 1 clips >/dev/null || exit 1
extract -o p.h5 --size 24x24 clips >/dev/null || exit 1
printf 'conv 5x5x10\nrelu\nmaxpool 2\nflatten\nlinear\n' >small.net
options='--net small.net --batch 4 --train-eval each'

trains() { # run, epochs
    train -q -o "$1" $options --epochs "$2" p.h5
}
says() { # run, pictures from, lines
    diff <(python3 "$judge" "$1" "$2") <(printf '%s\n' "${@:3}")
}
same() { # a run is like `whole` in what TensorBoard reads
    diff -r whole/tb "$1/tb"
}
goes_on() { # run that was begun with fewer epochs
    train -q --resume "$1" --epochs 4 --train-eval each p.h5
}
spoilt() { # what is done to the events of two epochs; then they go on
    cp -r two spoilt && (cd spoilt && eval "$1") && goes_on spoilt && "${@:2}"
    local status=$?
    rm -rf spoilt
    return $status
}
finds_fault() { # byte: the judge sees that it was changed
    cp -r whole bad && printf '\377' | dd of=bad/$file bs=1 seek="$1" conv=notrunc status=none
    ! python3 "$judge" bad
    local status=$?
    rm -rf bad
    return $status
}
link_refused() {
    cp -r two linked && rm -r linked/tb && mkdir elsewhere && ln -s ../elsewhere linked/tb
    ! goes_on linked 2>linked.err && grep -q 'linked/tb: is no folder' linked.err \
        && [ -z "$(ls elsewhere)" ]
}
replaces() {
    cp -r whole forced && touch forced/tb/mine && train -q -f -o forced $options --epochs 1 p.h5 \
        && [ -e forced/tb/mine ] && rm forced/tb/mine \
        && says forced 1 'train: 1 epochs, 6 numbers, 1 pictures' \
            'val: 1 epochs, 3 numbers, 0 pictures'
}
without_filters() {
    printf 'flatten\nlinear\n' >flat.net
    train -q -o flat --net flat.net --epochs 1 p.h5 \
        && says flat 2 'train: 1 epochs, 6 numbers, 0 pictures' \
            'val: 1 epochs, 3 numbers, 0 pictures'
}

tap_run 'a run' trains whole 4
tap_run 'its events are its history' says whole 1 'train: 4 epochs, 24 numbers, 4 pictures' \
    'val: 4 epochs, 12 numbers, 0 pictures'
for byte in 0 8 20 400; do
    tap_run "the judge sees a change of byte $byte" finds_fault $byte
done
tap_run 'the same run again' trains again 4
tap_run 'has the same bytes' same again
tap_run 'a shorter run' trains two 2
tap_run 'it goes on to the same bytes' spoilt true same spoilt
tap_run 'a record behind the checkpoint is cut off' \
    spoilt "cat ../whole/$file >$file" same spoilt
tap_run 'half a record behind the checkpoint is cut off' \
    spoilt "head -c -5 ../whole/$file >$file" same spoilt
rebuilt=('train: 4 epochs, 24 numbers, 2 pictures' 'val: 4 epochs, 12 numbers, 0 pictures')
tap_run 'a damaged file is made anew' \
    spoilt "printf x | dd of=$file bs=1 seek=100 conv=notrunc status=none" \
    says spoilt 3 "${rebuilt[@]}"
tap_run 'so is one that is gone' spoilt 'rm -r tb' says spoilt 3 "${rebuilt[@]}"
tap_run 'a link in its place is refused' link_refused
tap_run 'another run replaces them' replaces
tap_run 'a net without filters' without_filters
tap_done
