#!/bin/bash
# The case runner finds what is wrong: cases with a made-up program that does
# as it is told, each right or wrong in one way. Prints TAP.
set -u
ROOT=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd) || exit 1
work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT
TAP_LOGS=$work
. "$ROOT/tests/lib/tap.sh"
unset KEEP_SCRATCH

mkdir -p "$work/build/tools/pack" "$work/cases/pack" "$work/cases/train"
cat >"$work/build/tools/pack/pack" <<'EOT'
#!/bin/bash
printf '%b' "$1"
printf '%b' "$2" >&2
exit "$3"
EOT
chmod +x "$work/build/tools/pack/pack"

judge() { # what is tested, ok | not ok | skip, case
    local out=$work/out rc=0 want=0 seen
    [ "$2" != 'not ok' ] || want=1
    "$ROOT/tests/cli/run" --cases "$work/cases" "$work/build" "$3" >"$out" 2>&1 || rc=$?
    seen=$(sed -n -E 's/^ok 1 - .*# SKIP.*/skip/p; t; s/^(not ok|ok) 1 - .*/\1/p' "$out")
    if [ "$seen" = "$2" ] && [ "$rc" -eq "$want" ]; then
        tap_ok "$1"
    else
        tap_not_ok "$1 ('$seen', exit status $rc)" "$out"
    fi
}

write_case() { # out, err, exit status: what the program does in pack/case.sh
    rm -f "$work"/cases/pack/*
    printf "pack '%s' '%s' %d\n" "$1" "$2" "$3" >"$work/cases/pack/case.sh"
}

expect() { # ending, text
    printf '%b' "$2" >"$work/cases/pack/case.$1"
}

write_case '' '' 0
judge 'silence is right where nothing is said' ok pack/case
write_case 'hello\n' '' 0
judge 'unexpected stdout' 'not ok' pack/case
expect stdout.exact 'hello\n'
judge 'exact stdout' ok pack/case
expect stdout.exact 'hello'
judge 'a newline too many' 'not ok' pack/case
write_case '' 'careful\n' 0
judge 'unexpected stderr' 'not ok' pack/case
expect stderr.ignore ''
judge 'ignored stderr' ok pack/case
write_case '12 clips in 3.4 s\n[ok]\n' '' 0
expect stdout.glob '* clips in [0-9]*.[0-9] s\n\\[ok]\n'
judge 'pattern' ok pack/case
expect stdout.glob '* clips in [a-z]*.[0-9] s\n\\[ok]\n'
judge 'pattern that does not fit' 'not ok' pack/case
expect stdout.glob '* clips in 3.4 s\n'
judge 'pattern for the first line only' 'not ok' pack/case
write_case '' '' 3
judge 'unexpected exit status' 'not ok' pack/case
expect exit '3\n'
judge 'exit status' ok pack/case
write_case '' '' 0
expect exit '3\n'
judge 'missing exit status' 'not ok' pack/case

write_case '' '' 0
echo 'test "$(ls -A)" = ""; pwd >&2; echo file >file' >"$work/cases/pack/case.sh"
expect stderr.glob '/*\n'
judge 'an empty folder to run in' ok pack/case
judge 'and again an empty one' ok pack/case
echo 'false; true' >"$work/cases/pack/case.sh"
rm -f "$work"/cases/pack/case.stderr.glob
judge 'a command that fails ends the case' 'not ok' pack/case

: >"$work/cases/train/case.sh"
judge 'a program that is not built' skip train/case

write_case 'one\n' 'two\n' 4
"$ROOT/tests/cli/run" --regenerate --cases "$work/cases" "$work/build" pack/case >"$work/out" 2>&1
judge 'regenerated' ok pack/case
if [ "$(cat "$work"/cases/pack/case.{stdout.exact,stderr.exact,exit})" = $'one\ntwo\n4' ]; then
    tap_ok 'regenerated files'
else
    tap_not_ok 'regenerated files' "$work/out"
fi
tap_done
