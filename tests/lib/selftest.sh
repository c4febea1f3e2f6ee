#!/bin/bash
# tap.awk counts what is there and what should have been. Prints TAP.
set -u
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd) || exit 1
TAP_LOGS=$(mktemp -d) || exit 1
trap 'rm -rf "$TAP_LOGS"' EXIT
. "$here/tap.sh"

judge() { # what is tested, exit status, output of a program, kinds in order
    local seen
    seen=$(printf '%b' "$3" | awk -v "rc=$2" -f "$here/tap.awk" | cut -f 1 | tr '\n' ' ')
    if [ "$seen" = "$4 " ]; then
        tap_ok "$1"
    else
        tap_not_ok "$1: '$seen' instead of '$4'"
    fi
}

judge 'all is well' 0 '1..2\nok 1 - a\nok 2 - b\n' 'ok ok'
judge 'the plan may come last' 0 'ok\nok\n1..2\n' 'ok ok'
judge 'a failure' 1 '1..2\nok 1 - a\nnot ok 2 - b\n' 'ok failed'
judge 'a failure that exits with 0' 0 '1..1\nnot ok 1\n' 'failed'
judge 'a skip' 0 '1..2\nok 1 - a # SKIP no data\nok 2 - b\n' 'skip ok'
judge 'a skip as cmocka writes it' 0 '1..1\nnot ok 1 # SKIP a\n' 'skip'
judge 'all skipped' 0 '1..0 # SKIP no data\n' 'skip'
judge 'other lines' 0 'hello\n# ok 7\nokay\n1..1\n    ok 1 - inner\nok 1 - a\n' 'ok'
judge 'a crash in the middle' 139 '1..3\nok 1 - a\n' 'ok failed failed'
judge 'a crash before the plan' 139 '' 'failed'
judge 'a crash at the end' 139 '1..1\nok 1 - a\n' 'ok failed'
judge 'no plan' 0 'ok 1 - a\n' 'ok failed'
judge 'more than planned' 0 '1..1\nok 1 - a\nok 2 - b\n' 'ok ok failed'
judge 'bail out' 1 '1..1\nBail out! no disk\n' 'failed failed'
tap_done
