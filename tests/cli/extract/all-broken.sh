# A pack of nothing is not written.
mkdir -p clips/A
printf 'no video' >clips/A/a.avi
printf 'nor this' >clips/A/b.avi
status=0
extract -j 1 -o b.h5 clips || status=$?
ls
exit $status
