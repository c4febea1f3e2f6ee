# Results that do not arrive are a failure, whatever they are.
make-clips --classes 2 --groups 4 --clips 1 clips
extract -o a.h5 clips >/dev/null
extract --shard 1/1 -o shard.h5 clips >/dev/null
try() {
    status=0
    pack "$@" 2>&1 >/dev/full || status=$?
    echo "$status"
}
try info a.h5
try info --json a.h5
try verify a.h5
try diff a.h5 a.h5
try merge -o merged.h5 shard.h5
try resplit -o resplit.h5 --ratio 2:1:1 a.h5
try export --npy folder a.h5
try sheet -o sheet.png a.h5
