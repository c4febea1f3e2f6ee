# What a name says to a terminal is shown and not done, in messages, too; a message is
# one line, and the words around the name are there.
try() {
    status=0
    "$@" || status=$?
    echo "status $status"
}
odd=$'a\e[31m b\n\xff\\é'
{
    try pack info "$odd"
    try pack diff "$odd" other.h5
    try model info "$odd.h5"
    try predict "$odd" pack.h5
    try train -o run "$odd"
    try extract -o pack.h5 "$odd"
    printf 'no pack' >"$odd"
    try pack verify "$odd"
    try pack export --npy "$odd" "$odd"
    try triptych pack sheet -o sheet.png --split "$odd" "$odd"
} 2>&1
