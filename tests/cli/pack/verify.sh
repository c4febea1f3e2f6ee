# One bit of a pixel, then one of the tables: named, and exit status 1.
make-clips --classes 2 --groups 2 --clips 1 clips
extract -j 1 --size 8x8 -o a.h5 clips >/dev/null 2>&1
pack verify a.h5
place() {
    h5dump -p -H -d "$1" a.h5 | sed -n 's/^ *OFFSET \([0-9]*\)$/\1/p'
}
flip() {
    python3 -c 'import sys
with open("a.h5", "r+b") as file:
    file.seek(int(sys.argv[1]))
    byte = file.read(1)[0]
    file.seek(int(sys.argv[1]))
    file.write(bytes([byte ^ 1]))' "$1"
}
flip $(($(place /frames) + 8 * 8 * 3 * 3 + 5))
pack verify a.h5 || echo "status $?"
flip "$(place /clips/bytes)"
pack verify a.h5 || echo "status $?"
