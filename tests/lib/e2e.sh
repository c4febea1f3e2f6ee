# What scripts of tests/e2e/ have in common: source this with ROOT set and the build
# folder as the first argument. Sets BUILD and TAP_LOGS; its programs come first in PATH.
BUILD=$(cd "${1:?the build folder}" && pwd) || exit 2
TAP_LOGS=${TAP_LOGS:-$PWD}
. "$ROOT/tests/lib/tap.sh"
export LC_ALL=C PYTHONDONTWRITEBYTECODE=1
for tool in extract pack train predict model; do
    PATH=$BUILD/tools/$tool:$PATH
done
PATH=$BUILD/data:$PATH
