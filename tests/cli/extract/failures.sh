# --failures lists what failed; an old list is replaced.
make-clips --classes 2 --groups 3 --clips 1 clips
cd clips
set -- *
printf 'no video at all' >"$1/v_x_g01_c07.avi"
printf 'nor this' >"$2/$(printf 'a\tb').avi"
cd ..
echo old >failed.tsv
extract --failures failed.tsv -o b.h5 clips || echo "status $?"
cat failed.tsv
