# A Debian package of the tree is built in one bare Debian 12, and installed,
# used and removed in another. Needs root and a mirror.
set -u
. "$ROOT/tests/lib/tap.sh"
. "$ROOT/tests/lib/builds.sh"

if [ "$(id -u)" -ne 0 ]; then
    tap_skip 'a Debian package' 'making a Debian root needs root'
    tap_done
fi
need_build gcc
roots=$TAP_LOGS/roots
clean_up() {
    [ -n "$KEEP_SCRATCH" ] || rm -rf --one-file-system "$roots"
}
trap clean_up EXIT
mkdir -p "$roots/clips" || exit 1
"$BUILDS/gcc/data/make-clips" --classes 3 --groups 3 --clips 1 "$roots/clips" \
    >"$TAP_LOGS/clips.log" 2>&1

# The maintainer of such a package is whoever builds it: there is no address that
# lintian could like.
build='tools/make-package --dependencies /out'
check='apt-get -q install -y --no-install-recommends lintian >/dev/null &&
    lintian --allow-root --fail-on error --suppress-tags \
        bogus-mail-host,bogus-mail-host-in-debian-changelog \
        /out/triptych_*.deb /out/libtriptych0_*.deb /out/libtriptych-dev_*.deb'
tap_run 'it is built in a bare root, and lintian finds no error' \
    "$ROOT/tests/clean-root" --root "$roots/build" --worktree "$build" "$check"
tap_run 'a second bare root' "$ROOT/tests/clean-root" --root "$roots/use" --worktree true
mkdir -p "$roots/use/out"
cp "$roots"/build/out/*triptych*_*.deb "$roots/use/out/" 2>>"$TAP_LOGS/clips.log"
cp -R "$roots/clips" "$roots/use/out/"
tap_run 'it installs, runs and leaves nothing behind' "$ROOT/tests/clean-root" \
    --root "$roots/use" --worktree \
    'bash tests/e2e/package_works.sh /out/triptych_0*.deb /out/clips'
tap_run 'a program is built with the library, shared and static' "$ROOT/tests/clean-root" \
    --root "$roots/use" --worktree \
    'bash tests/e2e/library_package_works.sh /out'
tap_done
