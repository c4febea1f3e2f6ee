# Shares of the drawn split; the rule is in the pack. A clip is a group here.
make-clips --classes 1 --groups 10 --clips 1 clips
for ratio in 8:1:1 5:0:5; do
    extract -f -o a.h5 --ratio $ratio clips
    pack info a.h5 | grep -i groups
done
for ratio in 0:1:1 1:1 1:1:1:1 a:1:1 1:1:1000001; do
    status=0
    extract -o b.h5 --ratio $ratio clips || status=$?
    echo "$status"
done 2>&1
