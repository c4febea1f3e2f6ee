#!/bin/bash
# libtriptych as another program meets it: what it exports, and programs that are
# built from what is installed and say what predict says.
# Usage: library.sh BUILD, in an empty folder; prints TAP.
set -u
ROOT=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd) || exit 1
. "$ROOT/tests/lib/e2e.sh"

option() { # of the build
    meson introspect --buildoptions "$BUILD" | python3 -c '
import json, sys
print(next(o["value"] for o in json.load(sys.stdin) if o["name"] == sys.argv[1]))' "$1"
}
prefix=$(option prefix)
counting= # what an archive that counts lines needs to be linked with
[ "$(option b_coverage)" = False ] || counting=--coverage
stage=$PWD/stage
here=$stage$prefix
folder= # of the libraries, in the stage

install_there() {
    local library
    DESTDIR=$stage meson install -C "$BUILD" --no-rebuild >/dev/null &&
        library=$(find "$here" -name libtriptych.so) && folder=$(dirname "$library") &&
        [ -s "$folder/libtriptych.a" ] && [ -s "$folder/pkgconfig/triptych.pc" ] &&
        [ -s "$here/include/triptych.h" ]
}

declared() {
    grep -ohE '\btriptych_[a-z_]+\(' "$here/include/triptych.h" | tr -d '(' | sort -u
}

# Every function of the header, with its version, and nothing else.
shared_exports() {
    local library=$folder/libtriptych.so
    [ "$(declared | wc -l)" -ge 20 ] &&
        diff <(declared) <(nm -D --defined-only "$library" | awk '$2 == "T" { print $3 }' |
            sed -n 's/@@TRIPTYCH_0$//p' | sort) &&
        diff <(echo TRIPTYCH_0) <(nm -D --defined-only "$library" |
            awk '$2 != "T" { sub(/@.*/, "", $3); print $3 }') &&
        readelf -d "$library" | grep -q 'SONAME.*\[libtriptych\.so\.0\]'
}

archive_exports() {
    diff <(declared) <(nm -g --defined-only "$folder/libtriptych.a" |
        awk 'NF == 3 { print $3 }' | sort)
}

flags() { # of pkg-config, for what lies in the stage
    PKG_CONFIG_PATH=$folder/pkgconfig pkg-config --define-variable=prefix="$here" "$@" triptych
}

compile() { # output, source, more words
    local output=$1 source=$2
    shift 2
    cc -std=c11 -Wall -Wextra -Wpedantic -Werror "$source" "$@" -o "$output"
}

# shellcheck disable=SC2046 # flags are words
builds_shared() {
    compile example "$ROOT/tools/library/example.c" $(flags --cflags --libs) &&
        compile user "$ROOT/tests/e2e/library_user.c" $(flags --cflags --libs) -lm &&
        readelf -d example | grep -q 'NEEDED.*\[libtriptych\.so\.0\]'
}

# A program's own names do not meet those within the archive.
# shellcheck disable=SC2046,SC2086
builds_static() {
    local libraries
    libraries=$(flags --static --libs) &&
        printf 'int error_set;\nint pack_open(void);\nint pack_open(void) { return 1; }\n' \
            >names.c &&
        compile static-example "$ROOT/tools/library/example.c" names.c $(flags --cflags) \
            ${libraries/-ltriptych/-l:libtriptych.a} $counting &&
        ! readelf -d static-example | grep -q 'NEEDED.*libtriptych'
}

prepares() {
    "$BUILD/data/make-clips" --classes 3 --groups 4 --clips 1 clips >/dev/null &&
        extract -o p.h5 --size 24x24 clips && extract -o other.h5 --size 20x20 clips &&
        printf 'conv 5x5x4\nrelu\nmaxpool 2\nflatten\ndropout 0.25\nlinear\n' >fast.net &&
        train -q -o run --net fast.net --lr 1e-3 --epochs 2 p.h5 &&
        train -q -o mirrored --net fast.net --lr 1e-3 --epochs 2 --eval-flip on p.h5 &&
        predict -q -o wanted.csv --by sample --names run/model.h5 p.h5 &&
        predict -q -o table.csv --names --scores run/model.h5 p.h5 &&
        predict -q -o mirrored.csv --names --scores mirrored/model.h5 p.h5 &&
        head -c 3000 run/model.h5 >short.h5 && echo 'no HDF5 at all' >text.h5
}

example_says_what_predict_says() { # program
    LD_LIBRARY_PATH=$folder "$1" run/model.h5 p.h5 >said.txt &&
        diff <(tail -n +2 wanted.csv | cut -d, -f2) <(sed 's/.*: //' said.txt) &&
        [ "$(cut -d: -f1 said.txt | sort -u | wc -l)" -eq 12 ]
}

user_says_what_predict_says() { # model, table, more words
    local model=$1 table=$2
    shift 2
    LD_LIBRARY_PATH=$folder ./user "$model" p.h5 "$@" | diff "$table" -
    [ "${PIPESTATUS[*]}" = '0 0' ]
}

# Where numbers have a comma.
in_german() {
    mkdir -p locales && localedef -i de_DE -f UTF-8 --no-archive "$PWD/locales/de_DE.UTF-8" &&
        [ "$(LOCPATH=$PWD/locales LC_ALL=de_DE.UTF-8 locale decimal_point)" = , ] &&
        LOCPATH=$PWD/locales LC_ALL=de_DE.UTF-8 \
            user_says_what_predict_says run/model.h5 table.csv
}

fails_with() { # text, operands
    local text=$1
    shift
    ! LD_LIBRARY_PATH=$folder ./example "$@" >out.txt 2>err.txt && [ ! -s out.txt ] &&
        [ "$(wc -l <err.txt)" -eq 1 ] && grep -F -- "$text" err.txt
}

# Both reasons, and not a word that the library said itself.
refuses() { # file, texts of pack and model
    LD_LIBRARY_PATH=$folder ./user open-only "$1" >out.txt 2>err.txt || { cat err.txt; return 1; }
    cat out.txt
    [ ! -s err.txt ] && [ "$(wc -l <out.txt)" -eq 2 ] &&
        head -n 1 out.txt | grep -F -- "$2" && tail -n 1 out.txt | grep -F -- "$3"
}

in_cplusplus() {
    printf '#include <triptych.h>\nint main() { return triptych_version()[0] == 0; }\n' >a.cc
    # shellcheck disable=SC2046
    c++ a.cc $(flags --cflags --libs) -o a && LD_LIBRARY_PATH=$folder ./a
}

tap_run 'it is installed' install_there
tap_run 'the shared library exports the functions of its header' shared_exports
tap_run 'and so does the archive' archive_exports
tap_run 'packs and models' prepares
tap_run 'programs are built by pkg-config' builds_shared
tap_run 'the example says what predict says' example_says_what_predict_says ./example
tap_run 'answers are those of predict' user_says_what_predict_says run/model.h5 table.csv
tap_run 'with mirror images, too' user_says_what_predict_says mirrored/model.h5 mirrored.csv \
    mirrored
if [ -e /usr/share/i18n/locales/de_DE ]; then
    tap_run 'a program may have a locale' in_german
else
    tap_skip 'a program may have a locale' 'there is none to try (package locales)'
fi
tap_run 'one that is linked statically' builds_static
tap_run 'says the same' example_says_what_predict_says ./static-example
tap_run 'no file' refuses absent.h5 'absent.h5: No such file' 'absent.h5: No such file'
tap_run 'no HDF5' refuses text.h5 'text.h5: not an HDF5 file' 'text.h5: not an HDF5 file'
tap_run 'a damaged file' refuses short.h5 'short.h5: ' 'short.h5: '
tap_run 'a pack is no model' fails_with 'p.h5: ' p.h5 p.h5
tap_run 'a model is no pack' fails_with 'run/model.h5: ' run/model.h5 run/model.h5
tap_run 'frames of another size' fails_with 'does not have the frames' run/model.h5 other.h5
if command -v c++ >/dev/null; then
    tap_run 'its header is also C++' in_cplusplus
else
    tap_skip 'its header is also C++' 'no C++ compiler'
fi
tap_done
