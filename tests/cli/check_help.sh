#!/bin/bash
# What every program promises about --help, --version and wrong options.
# Usage: check_help.sh BUILD; prints TAP.
set -u
ROOT=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd) || exit 1
BUILD=$(cd "${1:?the build folder}" && pwd) || exit 2
work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT
TAP_LOGS=$work
. "$ROOT/tests/lib/tap.sh"
export LC_ALL=C
version=$(sed -n "s/^ *version: '\([^']*\)'.*/\1/p" "$ROOT/meson.build" | head -n 1)

# Every program, and every verb of those that have some.
commands=('triptych' 'extract' 'pack' 'pack info' 'pack verify' 'pack sheet' 'pack diff'
    'pack merge' 'pack resplit' 'pack export' 'train' 'predict'
    'model' 'model info' 'model export')

run() { # command and arguments; leaves $work/out, $work/err and $rc
    local words
    read -r -a words <<<"$1"
    shift
    rc=0
    (cd "$work" && timeout 20 "$BUILD/tools/${words[0]}/${words[0]}" "${words[@]:1}" "$@") \
        >"$work/out" 2>"$work/err" </dev/null || rc=$?
}

# One test point out of several conditions: expect them, then report.
wrong=''

expect() { # what is wrong otherwise, command...
    local what=$1
    shift
    "$@" >/dev/null 2>&1 || wrong="$wrong; $what"
}

report() {
    if [ -z "$wrong" ]; then
        tap_ok "$1"
    else
        tap_not_ok "$1 (${wrong#; })" "$work/out" "$work/err"
    fi
    wrong=''
}

is_empty() {
    [ ! -s "$1" ]
}

no_line_beyond_80() {
    ! grep -qE '^.{81}' "$1"
}

no_tab_nor_trailing_space() {
    ! grep -qE "$(printf '\t')|[[:space:]]\$" "$1"
}

groups() {
    sed -n '/^Groups of options/,/^$/s/^  \([a-z]*\) .*/\1/p' "$work/short"
}

options_of() { # a help text
    sed -n 's/^  \(-., \|    \)--\([a-z0-9-]*\).*/\2/p' "$1"
}

# The groups, one after the other, have what all of it has.
same_options() {
    local group
    for group in $(groups); do
        run "$command" --help "$group"
        [ "$rc" -eq 0 ] && no_line_beyond_80 "$work/out" || return 1
        options_of "$work/out"
    done >"$work/of-groups"
    printf 'help\nversion\n' >>"$work/of-groups"
    [ "$(wc -l <"$work/of-groups")" -gt 10 ] && cmp <(options_of "$work/all") "$work/of-groups"
}

for command in "${commands[@]}"; do
    program=${command%% *}
    if [ ! -x "$BUILD/tools/$program/$program" ]; then
        tap_skip "$command" "$program is not built"
        continue
    fi

    for option in --help -h; do
        run "$command" "$option"
        expect "exit status $rc" test "$rc" -eq 0
        expect 'something on stderr' is_empty "$work/err"
        expect 'no usage line' grep -q "^Usage: .*$command" "$work/out"
        expect 'does not list --help' grep -q -e '--help' "$work/out"
        expect 'a line of more than 80 columns' no_line_beyond_80 "$work/out"
        expect 'a tab, or a space at the end of a line' no_tab_nor_trailing_space "$work/out"
        expect 'more than a screen' test "$(wc -l <"$work/out")" -le 50
        report "$command $option"
    done
    cp "$work/out" "$work/short"
    run "$command" --help all
    cp "$work/out" "$work/all"
    expect "exit status $rc" test "$rc" -eq 0
    expect 'a line of more than 80 columns' no_line_beyond_80 "$work/out"
    if grep -q '^Groups of options' "$work/short"; then
        expect 'options of its groups are not all options' same_options
        run "$command" --help no-such-group
        expect "exit status $rc" test "$rc" -eq 2
        expect 'something on stdout' is_empty "$work/out"
        expect 'does not name the groups' grep -q "$(groups | paste -sd , | sed 's/,/, /g')" \
            "$work/err"
    else
        expect 'another text' cmp "$work/short" "$work/all"
    fi
    run "$command" --help=all
    expect 'not the same with --help=all' cmp "$work/out" "$work/all"
    report "$command --help all"

    rc=0
    "$BUILD/tools/$program/$program" ${command#"$program"} --help 2>"$work/err" >/dev/full || rc=$?
    expect "exit status $rc" test "$rc" -eq 1
    expect 'more than a message' test "$(wc -l <"$work/err")" -eq 1
    expect 'does not say why' grep -q 'No space left' "$work/err"
    report "$command --help on a full disk"

    run "$command" --no-such-option
    expect "exit status $rc" test "$rc" -eq 2
    expect 'something on stdout' is_empty "$work/out"
    expect 'does not name the option' grep -q -e '--no-such-option' "$work/err"
    expect 'more than a hint' test "$(wc -l <"$work/err")" -le 3
    report "$command with an unknown option"

    run "$command"
    expect "exit status $rc" test "$rc" -eq 2
    expect 'something on stdout' is_empty "$work/out"
    expect 'no message' test -s "$work/err"
    expect 'more than a hint' test "$(wc -l <"$work/err")" -le 3
    report "$command without arguments"

    if [ "$command" = "$program" ]; then
        run "$command" --version
        expect "exit status $rc" test "$rc" -eq 0
        expect 'something on stderr' is_empty "$work/err"
        expect "not '$program ... $version'" grep -q "$program.* ${version//./\\.}" "$work/out"
        report "$command --version"
    fi
done

if [ -x "$BUILD/tools/pack/pack" ]; then
    run pack no-such-verb
    expect "exit status $rc" test "$rc" -eq 2
    expect 'something on stdout' is_empty "$work/out"
    expect 'does not name the verb' grep -q -e 'no-such-verb' "$work/err"
    report 'pack with an unknown verb'
fi
tap_done
