#!/bin/bash
# What docs/cookbook.md says is so. Usage: cookbook_docs.sh BUILD, in an empty
# folder; prints TAP.
set -u
ROOT=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd) || exit 1
. "$ROOT/tests/lib/e2e.sh"

# The README's picture is what its words say: clips of this generator, drawn by this
# program. (Other versions of FFmpeg may decode and scale a little otherwise.)
picture_is_ours() {
    make-clips --classes 4 drawn >/dev/null && extract -o drawn.h5 drawn >/dev/null &&
        pack sheet -o drawn.png --clips 2 drawn.h5 && cmp drawn.png "$ROOT/docs/clips.png"
}
tap_run "the README's picture" picture_is_ours

if python3 -c 'import h5py, torch' 2>/dev/null; then
    tap_program 'docs/cookbook.md' \
        python3 "$ROOT/tests/e2e/docs_judge.py" "$ROOT/docs/cookbook.md"
else
    tap_skip 'docs/cookbook.md' 'python3-h5py and python3-torch are not installed'
fi
tap_done
