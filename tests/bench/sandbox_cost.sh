#!/bin/bash
# What the filter costs extract: clips per second with --sandbox require and with
# off, in turns, on an otherwise idle machine.
#
#   sandbox_cost.sh BUILD [CLIPS [ROUNDS]]      a folder of videos; 7 rounds
#
# Without CLIPS it makes some. Prints every round, then the ratio of the medians.
set -eu
build=$(cd "${1:?the build folder}" && pwd)
rounds=${3:-7}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
if [ -n "${2:-}" ]; then
    clips=$(cd "$2" && pwd)
else
    "$build/data/make-clips" --classes 8 --groups 5 --clips 5 "$work/clips" >/dev/null
    clips=$work/clips
fi

run() { # require or off: clips per second
    local begin end count
    begin=$(date +%s%N)
    "$build/tools/extract/extract" --sandbox "$1" --force -o "$work/pack.h5" "$clips" \
        >"$work/out" 2>/dev/null || [ $? -eq 3 ]
    end=$(date +%s%N)
    count=$(sed -n 's/ clips: .*//p' "$work/out")
    awk -v n="$count" -v t=$((end - begin)) 'BEGIN { printf "%.1f\n", n * 1e9 / t }'
}

run off >/dev/null # the clips come into memory
for ((i = 1; i <= rounds; i++)); do
    if [ $((i % 2)) -eq 1 ]; then
        off=$(run off) on=$(run require)
    else
        on=$(run require) off=$(run off)
    fi
    echo "round $i: require $on, off $off clips/s"
    echo "$on" >>"$work/on"
    echo "$off" >>"$work/off"
done
median() {
    sort -n "$1" | awk '{ v[NR] = $1 }
        END { print (v[int((NR + 1) / 2)] + v[int(NR / 2) + 1]) / 2 }'
}
awk -v on="$(median "$work/on")" -v off="$(median "$work/off")" \
    'BEGIN { printf "median: require %.1f, off %.1f clips/s: %.1f %%\n", on, off, 100 * on / off }'
