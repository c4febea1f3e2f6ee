# Static checkers: clang-tidy (.clang-tidy), cppcheck and gcc's -fanalyzer over all of
# core, formats, tools and data. What they say wrongly is in tests/lint/findings.list,
# with the reason. CHECKERS_FOLDERS names some folders instead of all.
set -u
. "$ROOT/tests/lib/tap.sh"
. "$ROOT/tests/lib/builds.sh"

export PYTHONDONTWRITEBYTECODE=1
need_build gcc
need_build clang # its compile_commands.json, and the sources that are made
for tool in clang-tidy cppcheck gcc; do
    build=gcc
    [ "$tool" != clang-tidy ] || build=clang
    if ! command -v "$tool" >/dev/null; then
        tap_skip "$tool" "$tool is not installed"
        continue
    fi
    # shellcheck disable=SC2086 # folders are words
    tap_program "$tool" python3 "$ROOT/tests/lint/checkers.py" "$ROOT" "$BUILDS/$build" \
        "${JOBS:-2}" "$tool" ${CHECKERS_FOLDERS:-}
done
tap_done
