#!/bin/bash
# What docs/python.md says is so. Usage: python_docs.sh BUILD, in an empty
# folder; prints TAP.
set -u
ROOT=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd) || exit 1
. "$ROOT/tests/lib/e2e.sh"
page=$ROOT/docs/python.md
judge=$ROOT/tests/e2e/docs_judge.py

# The judge itself: a right page passes, one that is wrong anywhere does not.
judges() { # 0 or 1, lines of a page
    local status=0
    printf '    %s\n' "${@:2}" >page.md
    python3 "$judge" page.md >judged || status=$?
    cat judged
    [ "$status" -eq "$1" ]
}

judge_works() {
    judges 0 '$ echo a b' 'a b' '$ seq 9' '1' '...' '9' &&
        judges 1 '$ echo a b' 'a' && judges 1 '$ echo a' '' 'b' &&
        judges 1 '$ seq 9' '2' '...' && judges 1 '$ false' &&
        judges 0 '>>> 1 + 1' '2' && judges 1 '>>> 1 + 1' '3' && judges 1 '>>> 1 / 0' &&
        judges 0 'a = 1' && judges 1 'a = 1 / 0' && judges 77 'import no_such_module'
}

# What two runs do not have in common is passed over where a comment says so, and
# nothing else.
judges_rule() { # 0 or 1, rule, what is printed
    local status=0
    printf '<!-- %s -->\n    $ echo "%s"\n    loss 1.000 after 7.5 s\n' "$2" "$3" >page.md
    python3 "$judge" page.md >judged 2>&1 || status=$?
    cat judged
    [ "$status" -eq "$1" ]
}

rules_work() {
    judges_rule 0 'varies: (\S+) s$' 'loss 1.000 after   9 s' &&
        judges_rule 1 'varies: (\S+) s$' 'loss 1.001 after 9 s' &&
        judges_rule 0 'within 5 %: loss (\S+)' 'loss 1.04 after 7.5 s' &&
        judges_rule 1 'within 5 %: loss (\S+)' 'loss 1.06 after 7.5 s' &&
        judges_rule 1 'within 5 %: loss (\S+)' 'loss nan after 7.5 s' &&
        judges_rule 1 'varies: no group' 'loss 1.000 after 7.5 s'
}

tap_run 'the judge of pages' judge_works
tap_run 'its rules' rules_work
if python3 -c 'import torch' 2>/dev/null; then
    tap_program 'docs/python.md' python3 "$judge" "$page"
    tap_run 'its dataset yields what h5py reads' \
        python3 "$ROOT/tests/e2e/dataset_judge.py" "$page" little.h5
else
    tap_program 'docs/python.md, A look' python3 "$judge" "$page" 'A look'
    tap_skip 'docs/python.md, PyTorch' 'python3-torch is not installed'
fi
tap_done
