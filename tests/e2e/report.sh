#!/bin/bash
# report.html, the page about a run: what it says, that it stands alone, and
# that a browser shows it. Usage: report.sh BUILD, in an empty folder; TAP.
set -u
ROOT=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd) || exit 1
BUILD=$(cd "${1:?the build folder}" && pwd) || exit 2
TAP_LOGS=${TAP_LOGS:-$PWD}
. "$ROOT/tests/lib/tap.sh"
export LC_ALL=C
PATH=$BUILD/tools/extract:$BUILD/tools/train:$PATH
classes=('<b>bold & "cold"' "it's" 'plain')

# Names that a page must not take for its own; one class is hard to tell.
make_pack() {
    local folders=() i
    "$BUILD/data/make-clips" --classes 3 --groups 4 --clips 2 made >/dev/null || return 1
    mapfile -t folders < <(find made -mindepth 1 -maxdepth 1 -type d | sort)
    mkdir clips
    for i in 0 1 2; do
        mv "${folders[i]}" "clips/${classes[i]}"
    done
    extract -o little.h5 --samples 3 --sampling uniform clips
}

trains() { # run
    train -q -o "$1" --epochs 3 little.h5
}

shown_by_browser() {
    local figures
    timeout -k 5 60 chromium --headless=new --no-sandbox --disable-gpu --enable-logging=stderr \
        --user-data-dir="$PWD/profile" --virtual-time-budget=2000 --dump-dom \
        "file://$PWD/$1" >dom.html 2>browser.log || return 1
    ! grep -i 'CONSOLE' browser.log || return 1
    # The page with a pointer over each chart: the script says what is there.
    sed 's|</body>|<script>for(const s of document.querySelectorAll("svg"))s.dispatchEvent(new \
PointerEvent("pointermove",{clientX:s.getBoundingClientRect().right}))</script></body>|' \
        "$1" >pointed.html
    timeout -k 5 60 chromium --headless=new --no-sandbox --disable-gpu \
        --user-data-dir="$PWD/profile" --virtual-time-budget=2000 --dump-dom \
        "file://$PWD/pointed.html" >pointed.dom 2>>browser.log || return 1
    figures=$(grep -c '<p class="readout">epoch 3, ' pointed.dom)
    [ "$figures" -eq 2 ]
}

tap_run 'a little pack' make_pack
tap_run 'a run' trains run
tap_run 'the page says what the run measured' \
    python3 "$ROOT/tests/e2e/report_judge.py" run "${classes[@]}"
mkdir again
tap_run 'the same run' bash -c 'cd again && ln -s ../little.h5 . && train -q -o run --epochs 3 \
    --threads 1 little.h5'
tap_run 'has the same page' cmp run/report.html again/run/report.html
if command -v chromium >/dev/null; then
    tap_run 'a browser shows it' shown_by_browser run/report.html
else
    tap_skip 'a browser shows it' 'chromium is not installed'
fi
tap_done
