# extract on what is real and not a tidy set of clips: odd and broken files
# through @LIST, and the tutorial's own images; and several samples of a clip.
set -u
. "$ROOT/tests/lib/tap.sh"
TAP_LOGS=$TMPDIR
data=$TRIPTYCH_TEST_DATA
extract=$BUILD/tools/extract/extract

if [ ! -x "$extract" ]; then
    tap_skip 'real sources' 'extract is not built'
    tap_done
fi
cd "$TMPDIR" || exit 1

# Clips in = packed + failed, and ffprobe's notes say which cannot be decoded.
odd_files() {
    find "$data/odd" -type f ! -name INDEX.tsv | sort >odd.list
    local files status=0
    files=$(wc -l <odd.list)
    "$extract" -o odd.h5 @odd.list >odd.out 2>odd.err || status=$?
    cat odd.out odd.err
    local failed
    failed=$(grep -c "^extract: $data/odd/" odd.err)
    [ "$status" -eq 3 ] && [ "$failed" -gt 0 ] \
        && grep -qx "$files clips: $((files - failed)) packed, $failed failed" odd.out || return
    # Each one that failed is noted as yielding nothing, or decodes with errors.
    sed -n "s|^extract: $data/odd/\([^:]*\): .*|\1|p" odd.err | while read -r name; do
        awk -F '\t' -v "n=$name" '
            $1 == n { bad = $12 ~ /UNREADABLE|NO_VIDEO|ZERO_FRAMES|AUDIO_ONLY/ }
            END { exit !bad }' "$data/odd/INDEX.tsv" || exit 1
    done
}
if [ -d "$data/odd" ]; then
    tap_run 'odd and broken files through @LIST' odd_files
else
    tap_skip 'odd and broken files through @LIST' "no odd in $data"
fi

if [ -d "$data/ucf101" ] && [ -d "$data/ucf101-splits" ]; then
    tap_run 'two samples of each clip' "$extract" --samples 2 --splits "$data/ucf101-splits" \
        -o samples.h5 "$data/ucf101"
    tap_program 'two samples' python3 "$ROOT/tests/e2e/extract_check.py" samples.h5 \
        "$data/ucf101-splits" "$data/ucf101"
else
    tap_skip 'two samples of each clip' "no ucf101 and ucf101-splits in $data"
fi

if [ -f "$data/ucf10.tar.gz" ]; then
    tar -xzf "$data/ucf10.tar.gz"
    tap_run "the tutorial's images" "$extract" --layout tutorial -o tutorial.h5 ucf10
    tap_program "the tutorial's rows" python3 "$ROOT/tests/e2e/tutorial_check.py" tutorial.h5 ucf10
    rm ucf10/*.csv
    printf '%s\n' PlayingDhol PlayingFlute PlayingGuitar PlayingPiano PlayingSitar PlayingTabla \
        PlayingViolin PoleVault PommelHorse PullUps >names
    tap_run 'the same with labels from the MATLAB file' "$extract" --layout tutorial \
        --classes @names -o mat.h5 ucf10
    tap_run 'labels agree' h5diff tutorial.h5 mat.h5 /labels /labels
    rm -rf ucf10
else
    tap_skip "the tutorial's images" "no ucf10.tar.gz in $data"
fi
tap_done
