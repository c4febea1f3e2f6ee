# Options that do not go together, or lack their value: exit status 2, one message.
try() {
    status=0
    extract "$@" || status=$?
    echo "$status"
}
{
    for shard in 1 /2 0/2 3/2 1/0 1/100001 x/2 1/2/3 12345678/2; do
        try -o a.h5 --shard "$shard" clips
    done
    try -o a.h5 --layout tutorial one two
    try -o a.h5 --layout tutorial --splits lists one
    try -o a.h5 --layout tutorial --ratio 8:1:1 one
    try -o a.h5 --layout tutorial --group-pattern 'g(..)' one
    try -o a.h5 --layout tutorial --frames 4 one
    try -o a.h5 --layout tutorial --samples 2 one
    try -o a.h5 --verify-seek --seek never clips
    try clips -o
    try clips --size
    try clips -o a.h5 --dry-run=yes
    try clips -o a.h5 -:
    try clips -o a.h5 '-?'
    try clips -o a.h5 -Wframes
} 2>&1
ls
