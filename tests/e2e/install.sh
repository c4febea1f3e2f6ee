#!/bin/bash
# What `meson install` puts where, and that it works from there.
# Usage: install.sh BUILD, in an empty folder; prints TAP.
set -u
ROOT=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd) || exit 1
BUILD=$(cd "${1:?the build folder}" && pwd) || exit 2
TAP_LOGS=${TAP_LOGS:-$PWD}
. "$ROOT/tests/lib/tap.sh"
export LC_ALL=C
stage=$PWD/stage
prefix=$(meson introspect --buildoptions "$BUILD" | python3 -c '
import json, sys
print(next(o["value"] for o in json.load(sys.stdin) if o["name"] == "prefix"))')

install_there() {
    DESTDIR=$stage meson install -C "$BUILD" --no-rebuild
}

# Names on a PATH that may be somebody else's: only ours begin with triptych.
only_our_names() {
    local others
    ls "$stage$prefix/bin"
    others=$(find "$stage$prefix/bin" -mindepth 1 ! -name 'triptych*')
    [ -z "$others" ]
}

nothing_outside() {
    find "$stage" -type f | grep -v "^$stage$prefix/"
    [ "$(find "$stage" -type f | grep -cv "^$stage$prefix/")" -eq 0 ]
}

works() {
    PATH=$stage$prefix/bin:/usr/bin:/bin
    "$BUILD/data/make-clips" --classes 2 --groups 2 --clips 1 clips &&
        triptych extract -o clips.h5 clips && triptych pack verify clips.h5 &&
        triptych-train --epochs 1 -o run clips.h5 && triptych-predict run/model.h5 clips.h5 &&
        (cd / && triptych --version)
}

# The programs find each other wherever they were moved together.
works_elsewhere() {
    mkdir moved && mv "$stage$prefix/bin" moved/bin &&
        PATH=/usr/bin:/bin moved/bin/triptych pack info clips.h5
    local status=$?
    mv moved/bin "$stage$prefix/bin"
    return $status
}

has() { # path below the prefix
    [ -s "$stage$prefix/$1" ]
}

tap_run 'meson install with DESTDIR' install_there
tap_run 'names that collide with nobody' only_our_names
tap_run 'nothing outside of the prefix' nothing_outside
tap_run 'it works from there' works
tap_run 'and from elsewhere' works_elsewhere
for program in triptych triptych-{extract,pack,train,predict,model}; do
    tap_run "$program" test -x "$stage$prefix/bin/$program"
    tap_run "manual of $program" has "share/man/man1/$program.1"
    tap_run "bash completion of $program" has "share/bash-completion/completions/$program"
    tap_run "fish completion of $program" has "share/fish/vendor_completions.d/$program.fish"
done
tap_run 'zsh completion' has share/zsh/site-functions/_triptych
tap_run 'documentation' has share/doc/triptych/docs/design.md
tap_run 'its links' python3 "$ROOT/tests/e2e/links_judge.py" "$stage$prefix/share/doc/triptych"
tap_run 'nets' has share/triptych/nets/tutorial.net
tap_run 'recipes' has share/triptych/recipes/accurate.recipe
tap_done
