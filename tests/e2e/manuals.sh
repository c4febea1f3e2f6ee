#!/bin/bash
# Manual pages and completions say what the programs' help says, and shells
# complete with them. Usage: manuals.sh BUILD, in an empty folder; prints TAP.
set -u
ROOT=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd) || exit 1
BUILD=$(cd "${1:?the build folder}" && pwd) || exit 2
TAP_LOGS=${TAP_LOGS:-$PWD}
. "$ROOT/tests/lib/tap.sh"
export LC_ALL=C
made=$BUILD/tools/manuals
triptych=$BUILD/tools/triptych/triptych

# The verbs of a command, from its help.
verbs_of() {
    "$triptych" "$@" --help | sed -n '/^Verbs:/,/^$/s/^  \([a-z0-9-]*\) .*/\1/p'
}

options_of() {
    "$triptych" "$@" --help all | sed -n 's/^  \(-., \|    \)--\([a-z0-9-]*\).*/\2/p'
}

# "extract", "pack info" and so on, a line each.
leaves=$(for program in $(verbs_of); do
    verbs=$(verbs_of "$program")
    if [ -z "$verbs" ]; then
        echo "$program"
    else
        for verb in $verbs; do echo "$program $verb"; done
    fi
done)

all_options_are_in_page() { # words of a command
    local page option bad=0
    page=$(mandoc -Tascii "$made/triptych-$1.1" | col -b)
    # A page with verbs has a part for each.
    [ $# -lt 2 ] || page=$(awk -v verb="$2" '/^ ? ? ?[A-Za-z]/ { on = $0 == "   " verb } on' \
        <<<"$page")
    for option in $(options_of "$@"); do
        case $option in help | version) continue ;; esac
        grep -q -e "--$option\b" <<<"$page" || { echo "no --$option in $*"; bad=1; }
    done
    return $bad
}

bash_knows() { # words of a command
    local options option bad=0
    options=$(bash -c ". '$made/triptych'; _triptych_options '$*'; echo \"\$options\"")
    for option in $(options_of "$@"); do
        grep -q -e "--$option " <<<"$options" || { echo "no --$option in $*"; bad=1; }
    done
    return $bad
}

# Behind --help, the groups that the help text lists, and `all`.
bash_knows_groups() { # words of a command
    local wanted words
    wanted=$("$triptych" "$@" --help | sed -n '/^Groups of options/,/^$/s/^  \([a-z]*\) .*/\1/p')
    words=$(bash -c ". '$made/triptych'; _triptych_value '$* --help'; echo \"\$words\"")
    if [ -n "$wanted" ]; then
        wanted=$(paste -sd ' ' <<<"$wanted")' all'
    fi
    echo "'$words', not '$wanted'"
    [ "$words" = "$wanted" ]
}

fish_knows() {
    local offered option bad=0
    offered=$(fish --no-config -c "source '$made/triptych.fish'
        complete -C 'triptych $* --'" | cut -f 1)
    for option in $(options_of "$@"); do
        grep -qx -e "--$option" <<<"$offered" || { echo "no --$option in $*"; bad=1; }
    done
    return $bad
}

# What the shell makes of lines with a Tab behind them.
completes() { # shell, script
    local lines=() wanted=() line made_of
    while read -r line; do
        lines+=("${line%%|*}")
        wanted+=("${line#*|}")
    done <<'EOT'
triptych ext|triptych extract
triptych extract --lay|triptych extract --layout
triptych extract --layout tu|triptych extract --layout tutorial
triptych extract --layout=tu|triptych extract --layout=tutorial
triptych-extract --sampling un|triptych-extract --sampling uniform
triptych pack she|triptych pack sheet
triptych pack sheet --cl|triptych pack sheet --clips
triptych-pack resplit --for|triptych-pack resplit --force
triptych train -o run some-pa|triptych train -o run some-pack.h5
triptych predict --split x --by sam|triptych predict --split x --by sample
triptych train --help sch|triptych train --help schedule
triptych train --help=sch|triptych train --help=schedule
triptych-extract -h cli|triptych-extract -h clips
triptych extract --help al|triptych extract --help all
EOT
    : >some-pack.h5
    made_of=$(python3 "$ROOT/tests/e2e/complete_keys.py" "$1" "$2" "${lines[@]}") || return 1
    diff -u <(printf '%s\n' "${wanted[@]}") <(sed 's/ *$//' <<<"$made_of")
}

fish_completes() {
    local line bad=0
    while read -r line; do
        fish --no-config -c "source '$made/triptych.fish'; complete -C '${line%%|*}'" \
            | cut -f 1 | grep -qx -e "${line#*|}" || { echo "$line"; bad=1; }
    done <<'EOT'
triptych ext|extract
triptych extract --layout tu|tutorial
triptych-extract --sampling un|uniform
triptych pack she|sheet
triptych-pack she|sheet
triptych predict --split x --by sam|sample
triptych train --help sch|schedule
triptych-extract --help al|all
EOT
    return $bad
}

tap_run 'there are commands' test "$(wc -l <<<"$leaves")" -ge 11
if command -v mandoc >/dev/null; then
    for page in "$made"/*.1; do
        tap_run "$(basename "$page") has no fault" mandoc -Tlint -Wstyle "$page"
        tap_run "$(basename "$page") cuts no name in two" grep -qx '\.nh' "$page"
    done
    while read -r -a words; do
        tap_run "the page of ${words[*]}" all_options_are_in_page "${words[@]}"
    done <<<"$leaves"
else
    tap_skip 'manual pages' 'mandoc is not installed'
fi
while read -r -a words; do
    tap_run "bash knows ${words[*]}" bash_knows "${words[@]}"
    tap_run "bash knows the groups of ${words[*]}" bash_knows_groups "${words[@]}"
done <<<"$leaves"
tap_run 'bash completes' completes bash "$made/triptych"
if command -v zsh >/dev/null; then
    tap_run 'zsh completes' completes zsh "$made/_triptych"
else
    tap_skip 'zsh completes' 'zsh is not installed'
fi
if command -v fish >/dev/null; then
    tap_run 'fish completes' fish_completes
    while read -r -a words; do
        tap_run "fish knows ${words[*]}" fish_knows "${words[@]}"
    done <<<"$leaves"
else
    tap_skip 'fish completes' 'fish is not installed'
fi
tap_done
