# TAP for bash scripts: source this, report points, end with tap_done.
#
#   tap_ok NAME
#   tap_not_ok NAME [FILE...]     the files' ends are shown below it
#   tap_skip NAME REASON
#   tap_run NAME COMMAND...       one point: does the command exit with 0?
#   tap_program NAME COMMAND...   the points of a program that prints TAP
#   tap_merge NAME OUT ERR RC     the same of one that has run
#   tap_done                      the plan; exit status 1 if a point failed
#
# TAP_LOGS names a folder for the output of commands.

TAP_COUNT=0
TAP_FAILED=0
TAP_LIB=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)

tap_point() { # ok|not ok, text
    TAP_COUNT=$((TAP_COUNT + 1))
    printf '%s %d - %s\n' "$1" "$TAP_COUNT" "$2"
}

tap_ok() {
    tap_point ok "$1"
}

tap_skip() {
    tap_point ok "$1 # SKIP $2"
}

tap_show() { # the ends of files, as TAP comments
    local file
    for file in "$@"; do
        if [ -s "$file" ]; then
            printf '# --- %s\n' "$file"
            tail -n 60 -- "$file" | sed 's/^/# /'
        fi
    done
}

tap_not_ok() {
    TAP_FAILED=$((TAP_FAILED + 1))
    tap_point 'not ok' "$1"
    shift
    tap_show "$@"
}

tap_log_name() { # text -> path of a log file without its ending
    printf '%s/%s' "$TAP_LOGS" "$(printf '%s' "$1" | tr -c 'A-Za-z0-9._-' '_')"
}

tap_run() {
    local name=$1 log rc=0
    shift
    log=$(tap_log_name "$name")
    "$@" >"$log.log" 2>&1 </dev/null || rc=$?
    if [ "$rc" -eq 0 ]; then
        tap_ok "$name"
    else
        tap_not_ok "$name (exit status $rc)" "$log.log"
    fi
}

tap_program() {
    local name=$1 log rc=0
    shift
    log=$(tap_log_name "$name")
    "$@" >"$log.out" 2>"$log.err" </dev/null || rc=$?
    tap_merge "$name" "$log.out" "$log.err" "$rc"
}

tap_merge() { # name, its stdout, its stderr, its exit status
    local prefix=$1 out=$2 err=$3 rc=$4 kind text shown=''
    while IFS=$'\t' read -r kind text; do
        case $kind in
        ok) tap_ok "$prefix: $text" ;;
        skip) tap_point ok "$prefix: $text" ;;
        *)
            if [ -z "$shown" ]; then
                tap_not_ok "$prefix: $text" "$out" "$err"
                shown=yes # the same logs once are enough
            else
                tap_not_ok "$prefix: $text"
            fi
            ;;
        esac
    done <<<"$(awk -v "rc=$rc" -f "$TAP_LIB/tap.awk" "$out")" # <( ) would need /proc
}

tap_done() {
    if [ "$TAP_COUNT" -eq 0 ]; then
        tap_not_ok 'something was tested'
    fi
    printf '1..%d\n' "$TAP_COUNT"
    [ "$TAP_FAILED" -eq 0 ]
    exit
}
