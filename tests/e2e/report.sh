#!/bin/bash
# report.html, the page about a run: what it says, that it stands alone, and
# that a browser shows it. Usage: report.sh BUILD, in an empty folder; TAP.
set -u
ROOT=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd) || exit 1
. "$ROOT/tests/lib/e2e.sh"
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

browse() { # page: the page as the browser has made it
    timeout -k 5 60 chromium --headless=new --no-sandbox --disable-gpu --enable-logging=stderr \
        --user-data-dir="$PWD/profile" --virtual-time-budget=2000 --dump-dom "file://$PWD/$1" \
        2>browser.log && ! grep -i 'CONSOLE' browser.log >&2
}

# What the charts of a page say after an event at each: there are so many of them, and
# the last epoch is the third.
said_by_charts() { # page, event, number of charts
    sed "s|</body>|<script>for(const s of document.querySelectorAll('svg'))s.dispatchEvent($2)\
</script></body>|" "$1" >asked.html
    browse asked.html >asked.dom || return 1
    [ "$(grep -c '<p class="readout" aria-live="polite">epoch 3, ' asked.dom)" -eq "$3" ]
}

shown_by_browser() { # page, number of charts
    browse "$1" >dom.html &&
        said_by_charts "$1" "new PointerEvent('pointermove',\
{clientX:s.getBoundingClientRect().right})" "$2" &&
        said_by_charts "$1" "new KeyboardEvent('keydown',{key:'ArrowLeft'})" "$2" &&
        ! said_by_charts "$1" "new KeyboardEvent('keydown',{key:'Home'})" "$2"
}

# Several runs on one page: one of them shorter, one of another net, whose name is not
# to be taken for more than that.
compares() {
    printf 'conv 5x5x4\nrelu\nmaxpool 4\nflatten\nlinear\n' >'<i>.net' &&
        train -q -o '<b>two' --epochs 2 --net '<i>.net' little.h5 &&
        train --compare --html runs.html run '<b>two' >table.txt &&
        python3 "$ROOT/tests/e2e/report_judge.py" --compare runs.html run '<b>two' &&
        train --compare run '<b>two' | cmp - table.txt
}

refuses() {
    ! train --compare --html runs.html run 2>said && grep -F 'runs.html: exists' said &&
        train -f --compare --html runs.html run '<b>two' >/dev/null &&
        ! train --compare --html more.html run run run run run run run run run 2>said &&
        grep -F -- '--html shows 8 runs at most, these are 9' said && [ ! -e more.html ] &&
        ! train --html more.html -o no little.h5 2>said && grep -F -- '--html goes with' said
}

tap_run 'a little pack' make_pack
tap_run 'a run' trains run
tap_run 'the page says what the run measured' \
    python3 "$ROOT/tests/e2e/report_judge.py" run "${classes[@]}"
mkdir again
tap_run 'the same run' bash -c 'cd again && ln -s ../little.h5 . && train -q -o run --epochs 3 \
    --threads 1 little.h5'
tap_run 'has the same page' cmp run/report.html again/run/report.html
tap_run 'a page of two runs' compares
tap_run 'what such a page cannot be' refuses
if command -v chromium >/dev/null; then
    tap_run 'a browser shows it' shown_by_browser run/report.html 2
    tap_run 'and that of two runs' shown_by_browser runs.html 4
else
    tap_skip 'a browser shows it' 'chromium is not installed'
    tap_skip 'and that of two runs' 'chromium is not installed'
fi
tap_done
