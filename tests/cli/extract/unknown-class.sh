make-clips --classes 2 --groups 1 --clips 1 clips
cd clips
set -- *
cd ..
status=0
extract -o a.h5 --classes "$1,${2}x" clips || status=$?
ls
exit $status
