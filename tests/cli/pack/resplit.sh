# The same samples with other splits. One clip is broken: it is in no split.
make-clips --classes 2 --groups 5 --clips 2 clips
printf 'no video' >clips/BouncingBall/v_BouncingBall_g01_c09.avi
make() {
    extract -j 2 --size 8x8 --samples 2 "$@" clips >/dev/null 2>&1 || [ $? = 3 ]
}
make -o a.h5
make --seed 7 -o seven.h5

# As if it had been extracted with that seed.
pack resplit --seed 7 -o b.h5 a.h5
pack verify b.h5
pack diff b.h5 seven.h5 || echo "status $?"
pack resplit --seed 54321 -o again.h5 b.h5
pack diff --limit 0 a.h5 again.h5 || echo "status $?"

# Another ratio, and lists: the one official, the other of one's own.
mkdir lists
printf '1 BouncingBall\n2 CrawlingWave\n' >lists/classInd.txt
for class in BouncingBall CrawlingWave; do
    for g in 01 02 03 04 05; do
        for c in 01 02; do
            line=$class/v_${class}_g${g}_c$c.avi
            if [ $g = 05 ]; then echo "$line" >>lists/testlist01.txt
            else echo "$line" >>lists/trainlist01.txt; fi
            [ $g != 04 ] || printf '%s\tval\n' "$line" >>mine.txt
        done
    done
done
printf 'BouncingBall/v_BouncingBall_g01_c09.avi train\nelsewhere.avi none\n' >>mine.txt
pack resplit --ratio 4:0:1 --splits lists --split mine=mine.txt -o c.h5 a.h5 2>&1
pack info c.h5 | sed -n '/^splits/,$p'
pack info c.h5 | grep groups_

# What is not accepted.
status=0
try() {
    pack resplit "$@" 2>&1 || echo "status $?"
}
echo 'BouncingBall/v_BouncingBall_g01_c01.avi train
BouncingBall/v_BouncingBall_g01_c02.avi test' >torn.txt
try --split torn=torn.txt -o d.h5 a.h5
try --split torn=torn.txt --force-split -o d.h5 a.h5
echo 'some.avi train' >other.txt
try --split other=other.txt -o e.h5 a.h5
echo 'some.avi trian' >word.txt
try --split word=word.txt -o e.h5 a.h5
printf 'some.avi train\nsome.avi test\n' >twice.txt
try --split twice=twice.txt -o e.h5 a.h5
: >empty.txt
try --split empty=empty.txt -o e.h5 a.h5
try --split a/b=mine.txt -o e.h5 a.h5
try --split mine.txt -o e.h5 a.h5
try --ratio 6:2 -o e.h5 a.h5
try --ratio 0:2:2 -o e.h5 a.h5
try --seed -1 -o e.h5 a.h5
try -o e.h5 a.h5
try --seed 1 a.h5
try --seed 1 -o c.h5 a.h5
/usr/bin/python3 - <<'EOP'
import h5py, shutil
shutil.copy("a.h5", "bad.h5")
with h5py.File("bad.h5", "r+") as file:
    file["frames"][1, 0, 0, 0, 0] ^= 1
EOP
try --seed 1 -o e.h5 bad.h5
ls ./*.h5*
# One name is one split; and what is told of how groups were drawn goes with them.
sed 's/train/test/' mine.txt >other-mine.txt
try --split mine=mine.txt --split mine=other-mine.txt -o e.h5 a.h5
try --seed 1 --split groups=mine.txt -o e.h5 a.h5
pack resplit --seed 1 -o drawn.h5 a.h5
pack info drawn.h5 | grep -c '^  groups_'
try --force-split --split groups=mine.txt -o listed.h5 drawn.h5
pack info listed.h5 | grep '^  groups'
