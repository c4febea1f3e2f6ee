#!/bin/bash
# What docs/tutorial.md and the README say is so, on the exercise's own data. Usage:
# tutorial_docs.sh BUILD, in an empty folder, with TRIPTYCH_TEST_DATA set; TAP.
set -u
ROOT=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd) || exit 1
BUILD=$(cd "${1:?the build folder}" && pwd) || exit 2
TAP_LOGS=${TAP_LOGS:-$PWD}
. "$ROOT/tests/lib/tap.sh"
export LC_ALL=C
for program in extract pack train predict; do
    PATH=$BUILD/tools/$program:$PATH
done
if [ ! -f "${TRIPTYCH_TEST_DATA:-}/ucf10.tar.gz" ]; then
    tap_skip 'docs/tutorial.md' 'no ucf10.tar.gz in TRIPTYCH_TEST_DATA'
    tap_done
fi
tar -xzf "$TRIPTYCH_TEST_DATA/ucf10.tar.gz" && ln -s "$ROOT/data" data || exit 1
tap_program 'docs/tutorial.md' python3 "$ROOT/tests/e2e/docs_judge.py" "$ROOT/docs/tutorial.md"

mkdir front && ln -s ../ucf10 front/ucf10 || exit 1
front_page() {
    (cd front && python3 "$ROOT/tests/e2e/docs_judge.py" "$ROOT/README.md" 'What it looks like')
}
tap_run 'README.md' front_page

# The table at its end names recipes that there are, and all but the tutorial's own.
recipes_named() {
    ls "$ROOT/data/recipes" | sed -n 's/\.recipe$//p' | grep -vx tutorial | sort >there
    sed -n '/^## Go on/,$p' "$ROOT/docs/tutorial.md" | sed -n 's/^|[^|]*|\(.*\)|$/\1/p' \
        | grep -o '`[a-z-]*`' | tr -d '`' | sort >named
    diff there named
}
tap_run 'its table names every recipe' recipes_named
tap_done
