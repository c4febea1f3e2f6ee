# Two samples a clip, a broken clip with a name fit to upset a terminal.
make-clips --classes 2 --groups 4 --clips 1 clips
folder=$(find clips -mindepth 1 -type d | LC_ALL=C sort | head -n 1)
printf 'no video' >"$folder/$(printf 'v_\033[31m_g01_c09.avi')"
status=0
extract -j 1 --samples 2 -o a.h5 clips >/dev/null 2>&1 || status=$?
[ $status = 3 ]
pack info a.h5 | sed -E 's/^(bytes|digest|  libraries)( +).*/\1\2X/'
