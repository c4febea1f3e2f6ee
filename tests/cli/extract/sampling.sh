# Every rule of choosing frames, by its formula; what is drawn hangs on the
# seed and the clip alone.
make-clips --classes 2 --groups 2 --clips 1 clips
make() {
    extract -j 2 --size 8x8 "$@" clips >/dev/null 2>&1
}
make --samples 2 --frames 4 --sampling consecutive --stride 3 -o consecutive.h5
make --samples 2 --frames 4 --sampling first --stride 7 -o first.h5
make --samples 2 --frames 4 --sampling middle --stride 2 -o middle.h5
make --samples 5 --frames 2 --sampling random -o random.h5
make --samples 5 --frames 2 --sampling random --seed 2 -o seed.h5
make --frames 100 --stride 2 --sampling consecutive -o short.h5
make --frames 1000 -o all.h5
extract -j 1 --size 8x8 --samples 5 --frames 2 --sampling random --classes CrawlingWave \
    -o one.h5 clips >/dev/null 2>&1
/usr/bin/python3 - <<'EOP'
import h5py, numpy

def rows(name):
    with h5py.File(name) as file:
        k, t = file["clips/sample"][:].max() + 1, file["frames"].shape[1]
        index = file["clips/frame_index"][:].reshape(-1, k, t)
        frames = file["frames"][:].reshape(-1, k, t, 8 * 8 * 3)
        n = file["clips/frame_count"][::k]
        return index, frames, n, file.attrs.get("stride"), set(file["clips/status"][:])

# Of `centers` with more frames than a clip has, all of them, some repeated.
index, every, n, _, status = rows("all.h5")
assert status == {1}
picture = [dict(zip(i.ravel(), f.reshape(-1, 192))) for i, f in zip(index, every)]

def expect(name, formula, stride, states=None):
    index, frames, n, found, status = rows(name)
    assert found == stride and status == (states or {0}), (name, found, status)
    for clip in range(len(n)):
        if formula:
            assert (index[clip] == formula(int(n[clip]), *index[clip].shape)).all(), (name, clip)
        for i, f in zip(index[clip].ravel(), frames[clip].reshape(-1, 192)):
            assert (f == picture[clip][i]).all(), (name, clip, i)
    print(name, "is right")
    return index

def run(start, count, stride, n):
    return [min(start + i * stride, n - 1) for i in range(count)]

expect("consecutive.h5", lambda n, k, t: [
    run((2 * i + 1) * (n - (t - 1) * 3) // (2 * k), t, 3, n) for i in range(k)], 3)
expect("first.h5", lambda n, k, t: numpy.reshape(run(0, k * t, 7, n), (k, t)), 7, {0, 1})
expect("middle.h5", lambda n, k, t: numpy.reshape(
    run((n - 1 - (k * t - 1) * 2) // 2, k * t, 2, n), (k, t)), 2)
expect("short.h5", lambda n, k, t: [run(0, t, 2, n)], 2, {1})
drawn = expect("random.h5", None, None)
other = expect("seed.h5", None, None)
for clip in range(len(n)):
    for i, k in enumerate(drawn[clip].ravel()):
        assert i * n[clip] // 10 <= k < (i + 1) * n[clip] // 10
assert (drawn != other).any() and (drawn[0] != drawn[1]).any()
with h5py.File("one.h5") as file:
    assert (file["clips/frame_index"][:] == drawn[2:].reshape(-1, 2)).all()
print("a clip draws the same whatever else is packed")
EOP
status=0
extract --stride 2 -o wrong.h5 clips 2>&1 || status=$?
extract --sampling last -o wrong.h5 clips 2>&1 || status=$?
echo "status $status"
