# What is no pack, or not a whole one: exit status 1, and the message says which.
make-clips --classes 2 --groups 1 --clips 1 clips
extract -j 1 -o good.h5 clips >/dev/null 2>&1
: >empty.h5
echo 'Id,Class' >text.h5
head -c 5000 good.h5 >short.h5
mkdir folder.h5
/usr/bin/python3 - <<'EOT'
import h5py, shutil
with h5py.File("other.h5", "w") as file:
    file["frames"] = [1, 2, 3]
for name, attribute, value in (("newer.h5", "version", 2), ("half.h5", "complete", 0)):
    shutil.copy("good.h5", name)
    with h5py.File(name, "r+") as file:
        file.attrs.modify(attribute, value)
EOT
for file in absent folder empty text short other newer half; do
    status=0
    pack info $file.h5 || status=$?
    [ $status = 1 ] || echo "$file: $status"
done 2>&1 | sed 's/[0-9]* bytes are left of [0-9]*/N bytes are left of N/'
