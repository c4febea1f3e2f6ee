# What are no shards of one pack, or not all of them: exit status 1, the message says
# why, and nothing is written.
make-clips --classes 2 --groups 3 --clips 1 clips
make-clips --classes 2 --groups 4 --clips 1 more
for i in 1 2 3; do extract -j 1 --shard $i/3 -o $i.h5 clips; done >/dev/null 2>&1
extract -j 1 --shard 2/3 --size 32x32 -o small.h5 clips >/dev/null 2>&1
extract -j 1 --shard 2/3 --sampling middle -o middle.h5 clips >/dev/null 2>&1
extract -j 1 --shard 2/3 -o more.h5 more >/dev/null 2>&1
extract -j 1 -o whole.h5 clips >/dev/null 2>&1
cp 2.h5 again.h5
/usr/bin/python3 - <<'EOT'
import h5py, shutil
for name, attribute, value in (("endless.h5", "shards", 2000000000), ("beyond.h5", "shard", 4)):
    shutil.copy("2.h5", name)
    with h5py.File(name, "r+") as file:
        file.attrs.modify(attribute, value)
shutil.copy("2.h5", "changed.h5")
with h5py.File("changed.h5", "r+") as file:
    file["frames"][0, 0, 0, 0, 0] ^= 1
EOT
ls >before.txt
try() {
    status=0
    pack merge -o merged.h5 "$@" 2>&1 || status=$?
    echo "$status"
}
try 1.h5 2.h5
try 2.h5
try 1.h5 again.h5 2.h5 3.h5
try whole.h5
try 1.h5 whole.h5 3.h5
try 1.h5 small.h5 3.h5
try 1.h5 middle.h5 3.h5
try 1.h5 more.h5 3.h5
try 1.h5 changed.h5 3.h5
try endless.h5
try beyond.h5
ls | diff before.txt - | grep -v before.txt || true
