# Splits of one's own, beside those that are drawn; refused are other forms, a
# name that is taken, a list of other clips, and a group on two sides.
make-clips --classes 2 --groups 2 --clips 2 clips
(cd clips && ls */*.avi) >paths
awk '{ print $0 "\t" (/_g01_/ ? "test" : "train") }' paths >mine.txt
awk '/_c01/ { print $0 " val" } END { print "absent.avi train" }' paths >'other list.txt'
extract -o a.h5 --split mine=mine.txt --split "second=other list.txt" clips
h5dump -y -d /clips/path -d /splits/mine -d /splits/second a.h5 | sed -n '/DATA {/,/}/p'
refuse() {
    local status=0
    extract -o b.h5 "$@" clips || status=$?
    echo "$status"
}
{
    refuse --split mine
    refuse --split =mine.txt
    refuse --split mine=none.txt
    refuse --split groups=mine.txt
    refuse --split a=mine.txt --split a=mine.txt
    printf 'x.avi train\ny.avi test\n' >strange.txt
    refuse --split strange=strange.txt
    awk '{ print $0, /_c01/ ? "test" : "train" }' paths >leak.txt
    refuse --split leak=leak.txt
} 2>&1
extract -o b.h5 --split leak=leak.txt --force-split clips
h5dump -y -d /splits/leak b.h5 | sed -n '/DATA {/,/}/p'
