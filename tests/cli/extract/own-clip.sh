# A clip that is to be read is no place for the pack, nor for the table of failures: not
# with --force, and not by another name.
make-clips --classes 2 --groups 1 --clips 1 clips
clip=$(find clips -name '*.avi' | sort | head -1)
before=$(sha256sum <"$clip")
ln -s "$PWD/$clip" link.avi
ln "$clip" twin.avi
try() {
    status=0
    extract "$@" || status=$?
    echo "$status"
}
{
    try --force -o "$clip" "$clip"
    try --force -o "$clip" clips
    try --force -o twin.avi clips
    try --force -o link.avi clips
    try -o a.h5 --failures "$clip" clips
    try --force --dry-run -o "$clip" "$clip" >/dev/null
} 2>&1
[ "$before" = "$(sha256sum <"$clip")" ] && echo untouched
find . -type f | grep -v '/clips/' | sort
