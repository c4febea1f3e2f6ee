# A contact sheet: its size, that the seed draws it, and what stands in it.
make-clips --classes 2 --groups 4 --clips 1 clips
extract -j 1 --size 64x48 --frames 5 -o a.h5 clips >/dev/null 2>&1
pack sheet -o a.png a.h5
pack sheet -o again.png a.h5
cmp a.png again.png
pack sheet --seed 1 -o other.png a.h5
cmp -s a.png other.png || echo 'another seed, another sheet'
pack sheet -n 9 --split groups/test -o test.png a.h5
pack sheet -n 9 --split groups -o split.png a.h5

# All clips of a class stand in order of their paths: the middle frame of the
# second clip of the second class is at its place, pixel for pixel.
ffmpeg -v error -i split.png -f rawvideo -pix_fmt rgb24 split.rgb
/usr/bin/python3 - <<'EOP'
import h5py, numpy
with h5py.File("a.h5") as file:
    frames, parts = file["frames"][:], file["splits/groups"][:]
side, clip = 64, 3 * 65 - 1
sheet = numpy.fromfile("split.rgb", "u1").reshape(-1, 8 + 4 * (clip + 10) - 10 + 8, 3)
top, step = 8 + 20 + 10 + 8 + 20, 20 + 48 + 3 + 1 + 20 + 8
assert sheet.shape[0] == top - 20 + 2 * step, sheet.shape
for row in range(8):
    x, y = 8 + row % 4 * (clip + 10), top + row // 4 * step
    for i, shown in enumerate((0, 2, 4)):
        part = sheet[y:y + 48, x + 65 * i:x + 65 * i + 64]
        assert (part == frames[row, shown]).all(), (row, shown)
    colour = {1: (60, 120, 200), 2: (230, 160, 30), 3: (200, 60, 60)}[parts[row]]
    assert (sheet[y + 48:y + 51, x:x + clip] == colour).all(), row
print("every frame stands where it should")
EOP

# Wrong wishes, and a target that is there.
status=0
pack sheet --split official -o b.png a.h5 2>&1 || status=$?
pack sheet --split groups/none -o b.png a.h5 2>&1 || status=$?
pack sheet -o a.png a.h5 2>&1 || status=$?
pack sheet --force -o a.png a.h5
pack sheet -o absent/a.png a.h5 2>&1 || status=$?
echo "status $status"
ls
