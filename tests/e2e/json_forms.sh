#!/bin/bash
# --json: what scripts read, by Python's json and against the files. Usage:
# json_forms.sh BUILD, in an empty folder; prints TAP.
set -u
ROOT=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd) || exit 1
. "$ROOT/tests/lib/e2e.sh"

# Names that JSON has signs for: a class with quotes and a backslash, a broken clip.
make_files() {
    local first
    "$BUILD/data/make-clips" --classes 3 --groups 4 --clips 1 clips >/dev/null || return 1
    first=$(ls clips | head -n 1)
    mv "clips/$first" 'clips/a "b" \ c'
    printf 'no film' >'clips/a "b" \ c/{"x": 1}.avi'
    extract -o named.h5 --size 24x24 clips 2>said
    [ $? -eq 3 ] || return 1
    printf 'conv 5x5x4\nrelu\nmaxpool 2\nflatten\nlinear\n' >'"fast".net'
    train -q -o one --net '"fast".net' --epochs 2 named.h5 &&
        train -q -o 'two "2"' --net '"fast".net' --epochs 2 --optimiser adam --lr 0.01 named.h5
}

# A run's own, with nothing beside it; and that of one without a test part.
summaries() {
    train --json -o summed --net '"fast".net' --epochs 3 named.h5 >summed.json 2>said &&
        [ ! -s said ] || return 1
    extract --json -o untested.h5 --ratio 6:2:0 --size 24x24 clips >untested-pack.json 2>said
    [ $? -eq 3 ] &&
        train --json -o untested --net '"fast".net' --epochs 1 untested.h5 >untested.json
}

# predict's, with its files; and of a pack without labels, whose answers are in it.
predictions() {
    local film
    predict --json --split groups/test --report scored -o table.csv one/model.h5 named.h5 \
        >scored.json 2>said && [ ! -s said ] || return 1
    mkdir films && for film in clips/*/*_g01_c01.avi; do
        cp "$film" "films/\"$(basename "$film")" || return 1
    done
    extract -o films.h5 --size 24x24 films >said &&
        predict --json one/model.h5 films.h5 >films.json &&
        predict -q --names --by sample -o films.csv one/model.h5 films.h5
}

refuses() {
    ! train --json --folds groups,groups -o no named.h5 2>said && grep -F 'folds.csv' said &&
        ! train --compare --json --tsv one 2>said && grep -F 'one of the two' said
}

tap_run 'files with odd names' make_files
tap_run 'what programs say of their own work' summaries
tap_run 'and of predictions' predictions
if python3 -c 'import h5py' 2>/dev/null; then
    tap_run 'what is said of them' python3 "$ROOT/tests/e2e/json_judge.py" named.h5 one/model.h5 \
        one 'two "2"'
else
    tap_skip 'what is said of them' 'python3-h5py is not installed'
fi
tap_run 'what does not go with it' refuses
tap_done
