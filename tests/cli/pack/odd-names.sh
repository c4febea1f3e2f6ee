# Names with backslashes and control characters: each stays what it was, in packs
# made of packs, too, and the lists of people name them as they are on disk.
make-clips --classes 1 --groups 4 --clips 1 clips
cd clips/*
set -- *.avi
mv "$1" 'a\x09b.avi'
mv "$2" "$(printf 'a\tb.avi')"
mv "$3" 'c\d.avi'
printf 'no video' >'e\x0a\.avi'
cd ../..
extract -j 1 --size 8x8 -o whole.h5 clips 2>&1 || echo "status $?"
paths() {
    h5dump -d /clips/path -y -w 200 "$1" | grep -o '".*[.]avi'
    pack verify "$1"
}
paths whole.h5
pack info whole.h5 | sed -n '/^failed/,$p'

for i in 1 2; do
    extract -j 1 --size 8x8 --shard $i/2 -o $i.h5 clips >/dev/null 2>&1 || true
done
pack merge -o merged.h5 1.h5 2.h5 || echo "status $?"
cmp merged.h5 whole.h5

class=$(ls clips)
printf '%s\n' "$class/a\\x09b.avi train" "$class/c\\d.avi val" >lists
pack resplit --split mine=lists --force-split -o other.h5 whole.h5
paths other.h5
pack info other.h5 | sed -n '/^splits/,/^$/p'
