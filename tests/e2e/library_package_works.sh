#!/bin/bash
# The library's Debian packages in a bare system: a program is built with them, and
# runs where only the shared library is left.
# Usage: library_package_works.sh FOLDER-OF-PACKAGES; changes the system it runs in.
set -eu
ROOT=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
packages=$(cd "${1:?a folder of packages}" && pwd)
export LC_ALL=C DEBIAN_FRONTEND=noninteractive
cd "$(mktemp -d)"
apt-get -q update
apt-get -q install -y --no-install-recommends gcc libc6-dev pkg-config \
    "$packages"/libtriptych0_*.deb "$packages"/libtriptych-dev_*.deb
# shellcheck disable=SC2046 # flags are words
cc "$ROOT/tools/library/example.c" $(pkg-config --cflags --libs triptych) -o example
# The archive with everything else shared: OpenBLAS's archive would want gfortran's.
# shellcheck disable=SC2046
cc "$ROOT/tools/library/example.c" -l:libtriptych.a \
    $(pkg-config --libs hdf5 libmd libseccomp openblas) -lm -pthread -o static-example
apt-get -q purge -y libtriptych-dev
for program in ./example ./static-example; do
    if "$program" absent.h5 absent.h5 2>said.txt; then
        exit 1
    fi
    grep 'absent.h5: No such file' said.txt
done
