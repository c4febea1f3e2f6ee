# NumPy reads what is exported, and it is what h5py reads in the pack.
make-clips --classes 2 --groups 4 --clips 1 clips
echo nothing >clips/BouncingBall/v_BouncingBall_g09_c01.avi
mkdir clips/spare && cp clips/BouncingBall/v_BouncingBall_g01_c01.avi "clips/spare/a
b.avi"
printf '%s\ttest\n' BouncingBall/v_BouncingBall_g02_c01.avi >own.txt
extract -j 1 --size 20x16 --frames 4 --samples 2 --split mine=own.txt -o a.h5 clips \
    >/dev/null 2>&1 || true
pack export --npy out a.h5
find out -type f | sort
cat >judge.py <<'EOP'
import sys
import h5py, numpy
folder = sys.argv[1]
with h5py.File("a.h5") as pack:
    frames = numpy.load(folder + "/frames.npy", mmap_mode="r")
    assert frames.dtype == "u1" and frames.shape == pack["frames"].shape, frames
    assert (frames == pack["frames"][()]).all() and frames.any()
    labels, wanted = numpy.load(folder + "/labels.npy"), pack["labels"][()].astype("i8")
    wanted[wanted == 65535] = -1
    assert labels.dtype == "<i8" and (labels == wanted).all(), labels
    for split in pack["splits"]:
        parts = numpy.load(f"{folder}/splits/{split}.npy")
        assert parts.dtype == "u1" and (parts == pack["splits"][split][()]).all(), parts
    names = {v: n for n, v in h5py.check_enum_dtype(pack["labels"].dtype).items()}
    classes = open(folder + "/classes.txt").read().split("\n")[:-1]
    assert classes == [names[i] for i in range(len(names) - 1)], classes
    paths = open(folder + "/paths.txt").read().split("\n")[:-1]
    assert paths == [p.decode() for p in pack["clips/path"][()]], paths
    print(len(labels), "rows", sorted(set(labels.tolist())), sorted(pack["splits"]))
EOP
/usr/bin/python3 judge.py out

# The same bytes once more; a slash behind the name is none of it.
pack export --npy again/ a.h5 >/dev/null
diff -r out again

# Clips without a class have the label -1.
extract -j 1 --size 20x16 -o a.h5 -f clips/CrawlingWave >/dev/null 2>&1
pack export --npy plain a.h5
/usr/bin/python3 judge.py plain

# What is there stays, and what fails leaves nothing.
try() {
    status=0
    "$@" 2>&1 || status=$?
    echo "status $status"
}
try pack export a.h5
try pack export --npy out a.h5
try pack export --npy absent/out a.h5
mkdir new.partial
try pack export --npy new a.h5
rmdir new.partial
(
    ulimit -f 8
    trap '' XFSZ
    try pack export --npy new a.h5
) | sed 's/frames.npy.*/frames.npy .../'
/usr/bin/python3 - <<'EOP'
import h5py
with h5py.File("a.h5", "r+") as file:
    file["frames"][0, 0, 0, 0, 0] ^= 1
EOP
try pack export --npy new a.h5
ls
