# Kills at random times, for tests of what a killed program leaves: source this after
# tap.sh. KILLS_SEED draws other times.
#
#   timed COMMAND...                 run it; how long it took is in $took_us
#   kill_within PID FROM SPAN        kill it FROM to FROM + SPAN microseconds from now
#   was_struck PID                   wait for it; did it die of a kill? Counts in $struck;
#                                    its exit status is in $status
#   until_struck KILLS NAME COMMAND  rounds of a test until so many kills have struck

seed=${KILLS_SEED:-20261123}
RANDOM=$seed
struck=0

timed() {
    local begun rc=0
    begun=$(date +%s%N)
    "$@" || rc=$?
    took_us=$((($(date +%s%N) - begun) / 1000))
    return $rc
}

kill_within() {
    local at=$(($2 + (RANDOM * 32768 + RANDOM) % $3))
    sleep "$((at / 1000000)).$(printf %06d $((at % 1000000)))"
    kill -9 "$1" 2>/dev/null
}

# A kill counts where the program was still there to die of it.
was_struck() {
    status=0
    wait "$1" 2>/dev/null || status=$?
    [ $status -eq 137 ] && struck=$((struck + 1))
}

until_struck() {
    local wanted=$1 round=0
    struck=0
    while [ $struck -lt "$wanted" ] && [ $round -lt $((20 * wanted)) ]; do
        round=$((round + 1))
        tap_run "$2: random kills, round $round" "$3"
    done
    if [ $struck -ge "$wanted" ]; then
        tap_ok "$2: $struck kills struck in $round rounds"
    else
        tap_not_ok "$2: $struck kills struck in $round rounds, not $wanted"
    fi
}
