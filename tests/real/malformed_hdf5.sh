# HDF5 files that were made to break libhdf5, given to every program that opens
# one: each is refused with one line that names it, in time, and leaves nothing.
set -u
. "$ROOT/tests/lib/tap.sh"
TAP_LOGS=$TMPDIR
files=$TRIPTYCH_TEST_DATA/hdf5-cve
PATH=$BUILD/tools/extract:$BUILD/tools/pack:$BUILD/tools/train:$BUILD/tools/predict:$PATH
PATH=$BUILD/data:$PATH

for program in extract pack train predict make-clips; do
    if ! command -v "$program" >/dev/null; then
        tap_skip 'malformed files' "$program is not built"
        tap_done
    fi
done
if [ ! -d "$files" ]; then
    tap_skip 'malformed files' "no hdf5-cve in $TRIPTYCH_TEST_DATA"
    tap_done
fi
cd "$TMPDIR" || exit 1

# A pack and a model that are well, for what needs two files.
make_good() {
    make-clips --classes 2 --groups 3 --clips 1 clips && extract -o good.h5 --size 24x24 clips \
        && printf 'flatten\nlinear\n' >fast.net \
        && train -q -o good --net fast.net --epochs 1 --batch 2 good.h5
}
tap_run 'a pack and a model to go with them' make_good

seconds=5 # that a refusal may take
refuses() { # the file, then a command
    local file=$1 status=0 who=$2
    shift
    [ "$who" != pack ] || who="pack $2"
    rm -rf out && mkdir out || return
    timeout -s KILL "$seconds" "$@" >said.out 2>said.err </dev/null || status=$?
    if [ "$status" -ne 1 ] || [ "$(wc -l <said.err)" -ne 1 ] || [ -s said.out ] \
        || ! grep -qF -- "$who: $file: " said.err || LC_ALL=C grep -q '[^ -~]' said.err; then
        echo "$*: exit status $status"
        head -n 5 said.out said.err
        return 1
    fi
    if [ -n "$(ls -A out)" ]; then
        echo "$*: left $(ls -A out) behind"
        return 1
    fi
}

every_file() { # a command in which FILE stands for the file
    local file count=0 bad=0 word words
    for file in "$files"/*; do
        # Known by their first bytes: one of them has no ending, COPYING is none of them.
        [ "$(head -c 8 "$file" | od -An -tx1)" = ' 89 48 44 46 0d 0a 1a 0a' ] \
            || [ "${file##*.}" = h5 ] || continue
        words=()
        for word in "$@"; do
            words+=("${word//FILE/$file}")
        done
        refuses "$file" "${words[@]}" || bad=$((bad + 1))
        count=$((count + 1))
    done
    echo "$count files, $bad not as they should be"
    [ "$count" -ge 70 ] && [ "$bad" -eq 0 ]
}
tap_run 'pack info' every_file pack info FILE
tap_run 'pack verify' every_file pack verify FILE
tap_run 'pack sheet' every_file pack sheet -o out/sheet.png FILE
tap_run 'pack diff' every_file pack diff good.h5 FILE
tap_run 'pack resplit' every_file pack resplit -o out/new.h5 --seed 7 FILE
tap_run 'pack merge' every_file pack merge -o out/new.h5 FILE
tap_run 'train' every_file train -o out/run --epochs 1 FILE
tap_run 'train --init' every_file train -o out/run --net fast.net --init FILE good.h5
tap_run 'predict, as the model' every_file predict -o out/table.csv FILE good.h5
tap_run 'predict, as the pack' every_file predict -o out/table.csv good/model.h5 FILE
tap_done
