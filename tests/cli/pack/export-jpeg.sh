# The exercise's folders, and extract reads them back: the same clips, classes,
# groups and parts, and nearly the same pixels.
make-clips --classes 3 --groups 5 --clips 2 clips >/dev/null
mv clips/BouncingBall 'clips/a "b", c'
extract -j 1 --size 24x20 -o named.h5 clips
pack export --jpeg out named.h5
find out -mindepth 1 -maxdepth 1 | sort
ls out/valClips out/trainClips/00018
head -n 3 out/train_labels.csv
tail -n 1 out/test_labels.csv
extract -j 1 --layout tutorial --size 24x20 -o back.h5 out
cat >judge.py <<'EOP'
import csv, sys
import h5py, numpy
folder, split = sys.argv[1], sys.argv[2]

def words(pack, name):
    names = {v: n for n, v in h5py.check_enum_dtype(pack[name].dtype).items()}
    return [names[v] for v in pack[name][()]]

with h5py.File(sys.argv[3]) as old, h5py.File(sys.argv[4]) as new:
    # Clip by clip, in the order of their numbers within each part.
    place = {p.decode(): i for i, p in enumerate(new["clips/path"][()])}
    counts = dict.fromkeys(("train", "val", "test"), 0)
    mean = 0
    for row, part in enumerate(words(old, "splits/" + split)):
        counts[part] += 1
        at = place.pop(f"{part}Clips/{counts[part]:05d}")
        assert words(new, "splits/tutorial")[at] == part
        if part != "test":
            assert words(new, "labels")[at] == words(old, "labels")[row]
            assert new["clips/group"][at] == old["clips/group"][row], new["clips/group"][at]
        a, b = old["frames"][row].astype("i4"), new["frames"][at].astype("i4")
        mean += abs(a - b).mean()
    assert not place
    print(counts, "close" if mean / sum(counts.values()) < float(sys.argv[5]) else mean)
    known = [w for w, p in zip(words(old, "labels"), words(old, "splits/" + split))
             if p == "test" and w != "unlabelled"]
    with open(folder + "/test_labels.csv", newline="") as file:
        assert [r["class"] for r in csv.DictReader(file)] == known
EOP
/usr/bin/python3 judge.py out groups named.h5 back.h5 3

# The same bytes again; and groups are known even where paths do not tell them.
pack export --jpeg again/ named.h5 >/dev/null
diff -r out again
pack export --jpeg worse --quality 10 named.h5 >/dev/null
[ $(du -sb worse | cut -f1) -lt $(du -sb out | cut -f1) ] && echo 'less quality, fewer bytes'
extract -j 1 --layout tutorial --size 24x20 -o third.h5 again >/dev/null
pack export --jpeg thrice --split tutorial third.h5
extract -j 1 --layout tutorial --size 24x20 -o fourth.h5 thrice >/dev/null
/usr/bin/python3 judge.py thrice tutorial third.h5 fourth.h5 3

# The labels are also where the exercise's own program looks for them, and
# extract compares both; without the csv files it reads them alone.
rm again/train_labels.csv again/val_labels.csv
extract -j 1 --layout tutorial --size 24x20 -o numbers.h5 again >/dev/null
pack info numbers.h5 | tail -n 5

# What cannot be written.
try() {
    status=0
    "$@" 2>&1 || status=$?
    echo "status $status"
}
try pack export --jpeg out named.h5
try pack export --jpeg x --npy y named.h5
try pack export --npy y --quality 3 named.h5
try pack export --jpeg x --quality 101 named.h5
try pack export --jpeg x --split absent named.h5
try pack export --jpeg x --split groups/val named.h5
extract -j 1 --size 24x20 --frames 4 -o four.h5 clips >/dev/null
try pack export --jpeg x four.h5
extract -j 1 --size 24x20 -o plain.h5 clips/CrawlingWave >/dev/null 2>&1
try pack export --jpeg x plain.h5
printf '%s\ttrain\n' v_CrawlingWave_g01_c01.avi >own.txt
pack resplit -o labelless.h5 --split mine=own.txt plain.h5 >/dev/null
try pack export --jpeg x labelless.h5
(
    ulimit -f 0
    trap '' XFSZ
    try pack export --jpeg x named.h5
) | sed 's/x.partial.*/x.partial .../; /^libgcov /d' # whose counts are files, too
ls -d x* y* 2>/dev/null || echo 'nothing left'
