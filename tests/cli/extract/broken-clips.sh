# What does not decode is told, keeps its row, is in no split; exit status 3.
make-clips --classes 2 --groups 3 --clips 1 clips
cd clips
set -- *
printf 'no video at all' >"$1/v_x_g01_c07.avi"
: >"$1/v_x_g01_c08.avi"
ln -s nowhere "$1/v_x_g01_c09.avi"
mkfifo "$1/pipe.avi"
cd ..
status=0
extract -j 1 -o b.h5 clips || status=$?
h5dump -y -d /clips/status -d /splits/groups b.h5 | sed -n '/DATA {/,/}/p'
exit $status
