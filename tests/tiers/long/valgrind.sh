# valgrind on the small end-to-end: every program once, on a handful of clips. It sees
# what sanitizers do not: what libraries read without its having been written. A lost
# block is an error, too. Filtered children cannot live under it: --sandbox off; what
# decoders do in a worker is not ours to judge, so that children are left out.
set -u
. "$ROOT/tests/lib/tap.sh"
. "$ROOT/tests/lib/builds.sh"

if ! command -v valgrind >/dev/null; then
    tap_skip 'valgrind' 'valgrind is not installed'
    tap_done
fi
need_build gcc
scratch=$TAP_LOGS/scratch
mkdir -p "$scratch" && cd "$scratch" || exit 1
memcheck='valgrind -q --error-exitcode=99 --leak-check=full --errors-for-leak-kinds=definite
--child-silent-after-fork=yes'
checked() { # program, arguments
    local name=$1
    shift
    # shellcheck disable=SC2086 # words
    $memcheck "$BUILDS/gcc/tools/$name/$name" "$@"
}

# It finds what there is to find, or the points below would say nothing.
finds_faults() { # expression that is wrong
    printf '#include <stdlib.h>\nint main(void) { char *volatile p = malloc(8); %s; }\n' "$1" \
        >fault.c && gcc -g -o fault fault.c || return
    local status=0
    # shellcheck disable=SC2086 # words
    $memcheck ./fault || status=$?
    [ "$status" -eq 99 ]
}
tap_run 'it finds a value that was never written' finds_faults 'return p[3] == 7 ? 3 : 0'
tap_run 'it finds a block that is lost' finds_faults 'p = NULL; return p != NULL'

make_clips() {
    "$BUILDS/gcc/data/make-clips" --classes 2 --groups 4 --clips 1 clips \
        && printf 'conv 3x3x2\nbatchnorm\nrelu\nflatten\nlinear\n' >tiny.net
}
tap_run 'clips' make_clips
tap_run 'extract' checked extract --sandbox off -j 1 --size 8x8 -o pack.h5 clips
for verb in info verify; do
    tap_run "pack $verb" checked pack "$verb" --sandbox off pack.h5
done
tap_run 'pack diff' checked pack diff --sandbox off pack.h5 pack.h5
tap_run 'pack resplit' checked pack resplit --sandbox off --seed 7 -o other.h5 pack.h5
tap_run 'pack sheet' checked pack sheet --sandbox off -o sheet.png pack.h5
tap_run 'pack export' checked pack export --sandbox off --npy arrays pack.h5
tap_run 'train' checked train --sandbox off -q --threads 2 --net tiny.net --epochs 1 --batch 4 \
    -o run pack.h5
tap_run 'train --resume' checked train --sandbox off -q --threads 2 --resume run --epochs 2 \
    pack.h5
tap_run 'predict' checked predict --sandbox off --threads 2 -o table.csv run/model.h5 pack.h5
tap_run 'model info' checked model info --sandbox off run/model.h5
for kind in onnx safetensors; do
    tap_run "model export to $kind" checked model export --sandbox off -o "out.$kind" run/model.h5
done
cd / && [ -n "$KEEP_SCRATCH" ] || rm -rf "$scratch"
tap_done
