#!/bin/bash
# data/fetch-ucf101 against a server of our own. Usage: fetch_ucf101.sh BUILD, in
# an empty folder; prints TAP.
set -u
ROOT=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd) || exit 1
BUILD=$(cd "${1:?the build folder}" && pwd) || exit 2
TAP_LOGS=${TAP_LOGS:-$PWD}
. "$ROOT/tests/lib/tap.sh"
export LC_ALL=C HOME=$PWD no_proxy='*' # no ~/.curlrc
PATH=$BUILD/tools/extract:$BUILD/tools/pack:$BUILD/data:$PATH
top=$PWD
rar=UCF101.rar
zip=UCF101TrainTestSplits-RecognitionTask.zip

# A little UCF101: 12 clips in a RAR archive, and lists of theirs in a ZIP.
make_site() {
    local class number=0
    mkdir site ucfTrainTestlist && make-clips --classes 3 --groups 2 --clips 2 UCF-101 >/dev/null \
        || return 1
    for class in UCF-101/*/; do
        class=$(basename "$class")
        number=$((number + 1))
        printf '%d %s\r\n' "$number" "$class" >>ucfTrainTestlist/classInd.txt
        (cd UCF-101 && printf '%s\n' "$class"/*_g01_*) | sed "s/\$/ $number\r/" \
            >>ucfTrainTestlist/trainlist01.txt
        (cd UCF-101 && printf '%s\r\n' "$class"/*_g02_*) >>ucfTrainTestlist/testlist01.txt
    done
    python3 "$ROOT/tests/e2e/make_rar.py" "site/$rar" UCF-101 &&
        python3 -m zipfile -c "site/$zip" ucfTrainTestlist &&
        [ "$(stat -c %s "site/$rar")" -gt 150000 ] # some parts of `breaks`
}

server=
serve() { # mode, folder
    [ -z "$server" ] || { kill "$server" && wait "$server"; } 2>/dev/null
    rm -f "$top/log" "$top/log.died" "$top/port"
    (cd "$2" && exec python3 "$ROOT/tests/e2e/serve_files.py" "$top/log" "$1" >"$top/port") &
    server=$!
    local tries=0
    until [ -s "$top/port" ]; do
        tries=$((tries + 1))
        [ "$tries" -lt 200 ] || return 1
        sleep 0.05
    done
    url=http://127.0.0.1:$(cat "$top/port")
}
trap '[ -z "$server" ] || kill "$server"' EXIT

fetch() { # status, options: its output is in `said`
    local status=0
    "$ROOT/data/fetch-ucf101" --url "$url" "${@:2}" >said 2>&1 </dev/null || status=$?
    cat said
    [ "$status" -eq "$1" ]
}

says() {
    grep -qF -- "$1" said || { echo "it does not say: $1"; return 1; }
}

all_there() { # folder
    diff -r UCF-101 "$1/UCF-101" && diff -r ucfTrainTestlist "$1/ucfTrainTestlist" &&
        [ -z "$(find "$1" -name '*.partial*' -o -name '*.unpacking*')" ]
}

asks() { # lines of the server's log that match
    grep -cE "$1" log
}

tap_run 'an archive and lists' make_site
sum=$(sha256sum <"site/$rar")
sum=${sum%% *}
size=$(stat -c %s "site/$rar")

says_what_it_takes() {
    serve ranges site && fetch 0 --dry-run new && [ ! -e new ] && [ "$(asks ^GET)" -eq 0 ] &&
        says "$rar: $(numfmt --to=si --suffix=B --format=%.1f "$size") to download" &&
        says 'of space in ./new'
}
gets_all() {
    fetch 0 --sha256 "$sum" new && all_there new && says "$rar $size bytes, SHA-256 $sum, as" &&
        says 'all 12 clips of the lists' && grep -n download said | head -n 1 | grep -q ^1:
}
leads_on() {
    extract --splits new/ucfTrainTestlist -o ucf.h5 new/UCF-101 && pack verify ucf.h5
}
# What it says to do next can be typed, whatever the folder is called.
typed_as_said() {
    fetch 0 "a 'new' \$one" && sed -n 's/^Next: //p' said | bash -eu && pack verify ucf101.h5 &&
        sed -n 's/^The archives are not needed any more: //p' said | bash -eu &&
        [ "$(ls "a 'new' \$one")" = 'UCF-101
ucfTrainTestlist' ]
}
again_nothing() {
    rm "new/$rar" log && fetch 0 new && [ ! -e log ] && says 'UCF-101 is there'
}
goes_on_by_itself() {
    serve breaks site && fetch 0 cut && all_there cut &&
        [ "$(asks "GET.*$rar bytes=50000-")" -eq 1 ]
}
goes_on_later() {
    serve dies site && fetch 1 dead && says 'the same command goes on' &&
        [ "$(stat -c %s "dead/$rar.partial")" -eq 50000 ] && [ ! -e dead/UCF-101 ] &&
        serve ranges site && fetch 0 --sha256 "$sum" dead && all_there dead &&
        [ "$(asks "GET.*$rar bytes=50000-")" -eq 1 ]
}
without_ranges() {
    serve dies site && fetch 1 plain && serve plain site && fetch 0 --sha256 "$sum" plain &&
        all_there plain && says 'from its beginning'
}
begins_anew() { # the file is another one since
    serve dies site && fetch 1 other && touch -d '2001-01-01' "site/$rar" && serve plain site &&
        fetch 0 --sha256 "$sum" other && all_there other && says 'has changed on the server' &&
        [ "$(asks "GET.*$rar -")" -eq 1 ]
}
wrong_sum() {
    serve ranges site && fetch 1 --sha256 "${sum//[0-9]/0}" bad && says "SHA-256 $sum, not" &&
        [ ! -e bad/UCF-101 ] && fetch 1 --lists-sha256 "$sum" bad2 && says ', not' &&
        [ ! -e bad2/ucfTrainTestlist ]
}
damaged() { # archive of the right size that is none; and one that lacks a clip
    cp -r site broken && printf 'x%.0s' {1..3000} >"broken/$rar" && serve ranges broken &&
        fetch 1 broken-dir && says 'cannot be unpacked' && [ ! -e broken-dir/UCF-101 ] &&
        cp -r UCF-101 whole && mkdir less && mv whole less/UCF-101 &&
        rm "$(find less/UCF-101 -name '*.avi' | sort | head -n 1)" &&
        python3 "$ROOT/tests/e2e/make_rar.py" "broken/$rar" less/UCF-101 &&
        fetch 1 less-dir && says '1 of 12 listed clips are missing' &&
        python3 "$ROOT/tests/e2e/make_rar.py" "broken/$rar" ucfTrainTestlist &&
        fetch 1 wrong-dir && says 'has no folder UCF-101 in it'
}
little_space() {
    mkdir shim && printf '#!/bin/sh\nprintf "head\\nfs 9 9 1000 9 /\\n"\n' >shim/df &&
        chmod +x shim/df && serve ranges site || return 1
    (PATH=$top/shim:$PATH && fetch 1 full) && says 'too little space' && [ ! -e full ]
}
nothing_there() {
    mkdir -p void && serve ranges void && fetch 1 void-dir && says "$rar" && says 404 &&
        [ ! -e void-dir ]
}
wrong_uses() {
    fetch 2 && says 'a folder is wanted' && fetch 2 a b && says 'one folder' &&
        fetch 2 --sha256 12 a && says '64 digits' && fetch 2 --what a && says unknown &&
        fetch 2 --url && says 'needs a value' && fetch 0 --help && says --lists-sha256
}
if ! command -v curl >/dev/null || ! command -v bsdtar >/dev/null; then
    tap_skip 'data/fetch-ucf101' 'curl or bsdtar is not installed'
    tap_done
fi
tap_run 'it says what it takes, and only that' says_what_it_takes
tap_run 'it gets all, checks and unpacks it' gets_all
tap_run 'extract goes on from there' leads_on
tap_run 'and as it says, from any folder' typed_as_said
tap_run 'once more: nothing to download' again_nothing
tap_run 'goes on by itself when the connection breaks' goes_on_by_itself
tap_run 'goes on later where it was' goes_on_later
tap_run 'a server without ranges' without_ranges
tap_run 'a file that has changed: from its beginning' begins_anew
tap_run 'a sum that is not the one wanted' wrong_sum
tap_run 'damaged, incomplete and other archives' damaged
tap_run 'too little space' little_space
tap_run 'nothing on the server' nothing_there
tap_run 'wrong use' wrong_uses
tap_done
