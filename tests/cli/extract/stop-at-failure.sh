# --on-error stop: the first broken clip ends the run, and there is no pack.
make-clips --classes 2 --groups 3 --clips 1 clips
first=$(ls -d clips/* | head -n 1)
printf 'no video at all' >"$first/v_x_g00_c01.avi"
status=0
extract -j 1 --on-error stop -o a.h5 clips || status=$?
echo "$status"
ls -A
