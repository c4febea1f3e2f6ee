# extract on real UCF101 clips: all are packed, the same bytes for any number of
# jobs, rows and splits as the official lists say, frames as ffmpeg decodes them.
set -u
. "$ROOT/tests/lib/tap.sh"
TAP_LOGS=$TMPDIR
clips=$TRIPTYCH_TEST_DATA/ucf101
splits=$TRIPTYCH_TEST_DATA/ucf101-splits
extract=$BUILD/tools/extract/extract
pack=$BUILD/tools/pack/pack

if [ ! -x "$extract" ] || [ ! -x "$pack" ]; then
    tap_skip 'real clips' 'extract or pack is not built'
    tap_done
elif [ ! -d "$clips" ] || [ ! -d "$splits" ]; then
    tap_skip 'real clips' "no ucf101 and ucf101-splits in $TRIPTYCH_TEST_DATA"
    tap_done
fi
cd "$TMPDIR" || exit 1

tap_run 'extract with one job' "$extract" -j 1 --splits "$splits" -o one.h5 "$clips"
tap_run 'extract with two jobs' "$extract" -j 2 --splits "$splits" -o two.h5 "$clips"
tap_run 'the same bytes' cmp one.h5 two.h5
tap_run 'pack info' "$pack" info one.h5
tap_run 'pack verify' "$pack" verify one.h5

# One bit of a pixel, somewhere in the middle.
damage() {
    cp one.h5 bad.h5 || return
    python3 - bad.h5 <<'EOT'
import h5py, os, sys
with h5py.File(sys.argv[1], "r") as pack:
    at = pack["frames"].id.get_offset() + pack["frames"].size // 2
with open(sys.argv[1], "r+b") as file:
    file.seek(at)
    byte = file.read(1)[0]
    file.seek(at)
    file.write(bytes([byte ^ 1]))
EOT
    ! "$pack" verify bad.h5
}
tap_run 'pack verify finds a flipped bit' damage

h5dump_shows() { # what, then arguments
    local what=$1
    shift
    h5dump "$@" >dump.txt && grep -q -- "$what" dump.txt
}
tap_run 'h5dump prints class names' h5dump_shows BandMarching -d /labels one.h5
tap_run 'h5dump prints parts' h5dump_shows 'train, ' -d /splits/ucf101-1 one.h5

frames_are_aligned() {
    h5dump -p -H -d /frames one.h5 >layout.txt && grep -q CONTIGUOUS layout.txt \
        && [ $(($(sed -n 's/.*OFFSET \([0-9]*\).*/\1/p' layout.txt) % 4096)) -eq 0 ]
}
tap_run 'frames are contiguous and aligned' frames_are_aligned

tap_program rows python3 "$ROOT/tests/real/rows_judge.py" "$clips" "$splits" one.h5
judge=$ROOT/tests/e2e/frames_judge.py
if [ -f "$judge" ]; then
    tap_run 'frames are those that ffmpeg decodes' python3 "$judge" "$clips" one.h5
fi
tap_done
