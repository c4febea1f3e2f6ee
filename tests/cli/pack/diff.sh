# Another rule, other splits, a clip less, one pixel: each is named.
make-clips --classes 2 --groups 3 --clips 1 clips
extract -j 1 --size 8x8 -o a.h5 clips >/dev/null 2>&1
try() {
    pack diff "$@" || echo "status $?"
    echo
}
extract -j 1 --size 8x8 -o same.h5 clips >/dev/null 2>&1
try a.h5 same.h5
extract -j 1 --size 8x8 --seed 7 -o seed.h5 clips >/dev/null 2>&1
try a.h5 seed.h5
extract -j 1 --size 8x8 --sampling uniform --frames 2 -o other.h5 clips >/dev/null 2>&1
try --limit 1 a.h5 other.h5
extract -j 1 --size 8x8 --classes CrawlingWave -o one.h5 clips >/dev/null 2>&1
try --limit 2 a.h5 one.h5 | grep -v '^parameter'

# One value of one pixel of row 1, and two numbers of row 2.
/usr/bin/python3 - <<'EOP'
import h5py, shutil
shutil.copy("a.h5", "touched.h5")
with h5py.File("touched.h5", "r+") as file:
    pixel = file["frames"][1, 0, 0, 0, 0]
    file["frames"][1, 0, 0, 0, 0] = pixel + 9 if pixel < 128 else pixel - 9
    file["clips/frame_index"][2, 1] = 4000000000
    file["clips/status"][2] = 1
EOP
try a.h5 touched.h5 | sed -E 's/[0-9,]+,4000000000,/N,4000000000,/; s/: [0-9,]+ \| /: N | /'

# Something that no field shows: only the digest tells.
/usr/bin/python3 - <<'EOP'
import h5py, shutil
shutil.copy("a.h5", "more.h5")
with h5py.File("more.h5", "r+") as file:
    file.attrs.modify("digest", b"0" * 64)
EOP
try a.h5 more.h5
pack diff a.h5 absent.h5 2>&1 || echo "status $?"
