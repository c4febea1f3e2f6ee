# meson_suite BUILD SUITE[,SUITE...]|all: run those meson tests, JOBS at a time,
# and report their points. Source tap.sh first.

# One line of list_tests.py; leaves NAME.out, NAME.err and NAME.rc in TAP_LOGS.
meson_suite_one() {
    local name limit env command log rc=0
    IFS=$'\t' read -r name limit env command <<<"$1"
    log=$TAP_LOGS/$name
    rm -rf "$log.tmp"
    mkdir -p "$log.tmp"
    # env and command are quoted for the shell by list_tests.py.
    eval "env TMPDIR='$log.tmp' $env timeout -k 10 '$limit' $command" \
        >"$log.out" 2>"$log.err" </dev/null || rc=$?
    [ "$rc" -ne 124 ] || echo "took longer than $limit s" >>"$log.err"
    echo "$rc" >"$log.rc"
    rm -rf "$log.tmp"
}

meson_suite() {
    local list=$TAP_LOGS/tests.list name
    if ! python3 "$TAP_LIB/list_tests.py" "$1" "$2" >"$list" 2>"$TAP_LOGS/list.err"; then
        tap_not_ok "list of the tests in $1" "$TAP_LOGS/list.err"
        return
    fi
    export TAP_LOGS
    export -f meson_suite_one
    # shellcheck disable=SC2016 # the inner shell expands it
    xargs -d '\n' -n 1 -P "${JOBS:-1}" bash -c 'meson_suite_one "$1"' one <"$list"
    while IFS=$'\t' read -r name _; do
        tap_merge "$name" "$TAP_LOGS/$name.out" "$TAP_LOGS/$name.err" "$(cat "$TAP_LOGS/$name.rc")"
    done <"$list"
}
