#!/bin/bash
# A Debian package in a bare system: it installs, runs, and leaves nothing.
# Usage: package_works.sh PACKAGE.deb FOLDER-OF-CLIPS; changes the system it
# runs in, and prints TAP.
set -u
ROOT=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd) || exit 1
package=${1:?a package} clips=${2:?a folder of clips}
TAP_LOGS=$(mktemp -d) || exit 1
. "$ROOT/tests/lib/tap.sh"
export LC_ALL=C DEBIAN_FRONTEND=noninteractive
cd "$TAP_LOGS" || exit 1

# All files there are but those that packaging itself and the clock change.
list_files() {
    find / -xdev \( -path /proc -o -path /dev -o -path /sys -o -path /tmp -o -path /var \
        -o -path /src -o -path /root \) -prune -o -print | sort
}

install_it() {
    apt-get -q update && apt-get -q install -y --no-install-recommends "$package"
}

# What the package needs stays, as an administrator may want it.
install_needs() {
    local needs
    needs=$(dpkg-deb -f "$package" Depends | sed 's/([^)]*)//g; s/|[^,]*//g; s/,/ /g')
    # shellcheck disable=SC2086 # a list of names
    apt-get -q update && apt-get -q install -y --no-install-recommends $needs
}

runs() {
    cd "$TAP_LOGS" && triptych extract -o clips.h5 "$clips" && triptych pack verify clips.h5 &&
        triptych train --epochs 1 -q -o run clips.h5 &&
        triptych predict -f run/model.h5 clips.h5 && triptych-pack info clips.h5
}

has_manuals() {
    local program
    for program in triptych triptych-{extract,pack,train,predict,model}; do
        [ -s "/usr/share/man/man1/$program.1.gz" ] || { echo "no manual of $program"; return 1; }
    done
}

removes() {
    apt-get -q purge -y triptych
}

tap_run 'what it needs installs' install_needs
list_files >before
tap_run 'it installs' install_it
tap_run 'its files are as they were packed' dpkg --verify triptych
tap_run 'it runs' runs
tap_run 'it belongs to nobody else: extract' bash -c '! command -v extract'
# A minimal system may be told to leave manual pages out.
if grep -qs 'path-exclude.*man' /etc/dpkg/dpkg.cfg.d/*; then
    tap_skip 'its manuals' 'this system installs none'
else
    tap_run 'its manuals' has_manuals
fi
tap_run 'it is removed' removes
list_files >after
tap_run 'nothing is left' diff before after
tap_done
