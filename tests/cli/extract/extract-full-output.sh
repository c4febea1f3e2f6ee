# Results that do not arrive are a failure, whatever they are; the pack is there all the same.
make-clips --classes 1 --groups 1 --clips 1 clips
try() {
    status=0
    extract "$@" 2>&1 >/dev/full || status=$?
    echo "$status"
}
try -o a.h5 clips
try --force --json -o a.h5 clips
try --dry-run clips
pack verify a.h5
