#!/bin/bash
# The commands that the documentation and the help texts show without their output end
# well, on a little data set with the names they use. (Pages that are one session have
# tests of their own.) Usage: pages_docs.sh BUILD, in an empty folder; prints TAP.
set -u
ROOT=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd) || exit 1
BUILD=$(cd "${1:?the build folder}" && pwd) || exit 2
TAP_LOGS=${TAP_LOGS:-$PWD}
. "$ROOT/tests/lib/tap.sh"
export LC_ALL=C PYTHONDONTWRITEBYTECODE=1
for program in extract pack train predict model triptych; do
    PATH=$BUILD/tools/$program:$PATH
done
PATH=$PWD/bin:$BUILD/data:$PATH

# UCF101 as it comes, with two classes of short names: three folds, a group tested in each.
make_videos() {
    make-clips --classes 3 --groups 7 --clips 1 UCF-101 >/dev/null || return 1
    local class number=0 fold lists=ucfTrainTestlist
    mv UCF-101/BouncingBall UCF-101/A && mv UCF-101/CrawlingWave UCF-101/B || return 1
    mkdir "$lists"
    for class in UCF-101/*; do
        class=${class##*/}
        number=$((number + 1))
        echo "$number $class" >>"$lists/classInd.txt"
        (cd UCF-101 && printf '%s\n' "$class"/*) >listed
        for fold in 1 2 3; do
            sed -n "${fold}p" listed >>"$lists/testlist0$fold.txt"
            sed "${fold}d; s/\$/ $number/" listed >>"$lists/trainlist0$fold.txt"
        done
    done
    cp UCF-101/A/*_g01_c01.avi holiday.mp4 && cp holiday.mp4 my.mp4
    (cd UCF-101 && printf '%s\n' [A-Z]*/*) | sed '1~3s/$/ val/; t; s/$/ train/' >mine.txt
}

make_packs() {
    local name seed=0
    extract -o ucf101.h5 --splits ucfTrainTestlist UCF-101 && cp ucf101.h5 A && cp A B &&
        pack export --jpeg ucf10 --split ucf101-1 ucf101.h5 &&
        extract -o ucf10.h5 --layout tutorial ucf10 &&
        for name in run run-a run-b run-c run-b-1 run-b-2; do
            seed=$((seed + 1))
            train -q -o "$name" --seed "$seed" --epochs 1 ucf101.h5 || return 1
        done &&
        for name in 1 2 3; do
            extract --shard "$name/3" -o "shard-$name.h5" --splits ucfTrainTestlist UCF-101
        done
}

# GNU parallel as it is called here: one machine does what is behind the options.
make_parallel() {
    mkdir "$1" && cat >"$1/parallel" <<'EOT'
#!/bin/bash
set -eu
while [ "${1#-}" != "$1" ]; do shift 2; done
command=()
while [ "$1" != ::: ]; do command+=("$1"); shift; done
shift
for word in "$@"; do "${command[@]//\{\}/$word}"; done
EOT
    chmod +x "$1/parallel"
}

judge() { # name, command that prints the text
    "${@:2}" >text
    tap_program "$1" python3 "$ROOT/tests/e2e/commands_judge.py" text files
}

# A page with a wrong command is found out, and so is one without any.
judge_judges() {
    mkdir one && : >one/file.h5
    printf 'Text\n\n    pack verify file.h5\n' >wrong
    echo 'pack verify' >none
    printf '    pack --help \\\n        all\n    pack [--x Y] --version\n' >right
    ! python3 "$ROOT/tests/e2e/commands_judge.py" wrong one &&
        ! python3 "$ROOT/tests/e2e/commands_judge.py" none one &&
        python3 "$ROOT/tests/e2e/commands_judge.py" right one | grep -Fx '1..2'
}

# Links that lead nowhere are found, too.
links_are_judged() {
    mkdir -p broken/docs && printf '[a](docs/b.md#b), [c](docs/c.md)\n' >broken/README.md &&
        printf '# B\n[a](#a)\n' >broken/docs/b.md || return 1
    ! python3 "$ROOT/tests/e2e/links_judge.py" broken >faults &&
        printf '%s\n' 'broken/README.md: no such file: docs/c.md' \
            'broken/docs/b.md: no such heading: #a' | diff - faults
}

tap_run 'links lead somewhere' python3 "$ROOT/tests/e2e/links_judge.py" "$ROOT"
tap_run 'and those that do not are found' links_are_judged
# With the tutorial's line, in the source tree, a shell has the programs' short names.
short_names() (
    line=$(sed -n 's/^    \$ \(for name in .*PATH=.*\)/\1/p' "$ROOT/docs/tutorial.md")
    mkdir tree && ln -s "$BUILD" tree/build && cd tree || exit 1
    PATH=/usr/bin:/bin
    eval "$line"
    for name in extract pack train predict model; do
        [ "$(command -v "$name")" = "$PWD/build/tools/$name/$name" ] || exit 1
    done
)
tap_run "the tutorial's line for short names" short_names

mkdir files && make_parallel bin && cd files || exit 1
tap_run 'videos with the names of the pages' make_videos
tap_run 'packs and runs' make_packs
ln -s "$ROOT/data" data
cd .. || exit 1
tap_run 'what judges them' judge_judges
if command -v jq >/dev/null; then
    for page in evaluation extract interchange training using-packs; do
        judge "docs/$page.md" grep -v '^    tensorboard ' "$ROOT/docs/$page.md"
    done
else
    tap_skip 'pages' 'jq is not installed'
fi
examples() { # a program, and perhaps a verb
    "$@" --help | sed -n '/^Examples:/,$p'
}
for words in extract 'pack export' train predict 'model export' triptych; do
    # shellcheck disable=SC2086 # words
    judge "the examples of $words --help" examples $words
done
tap_done
