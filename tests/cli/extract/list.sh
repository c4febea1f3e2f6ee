# @LIST: classes from the second column, a missing file is a failed clip.
make-clips --classes 2 --groups 1 --clips 1 clips
mv clips/*/*.avi .
set -- *.avi
printf '%s\tSecond\r\n\n%s\tFirst\n%s\ngone.avi\tFirst\nclips\n' "$1" "$2" "$0" >list
sed -i "s|$0|extra.avi|" list
cp "$1" extra.avi
status=0
extract -j 1 -o l.h5 @list || status=$?
h5dump -y -w 60 -d /labels -d /clips/path -d /clips/status -d /clips/message \
    -d /splits/groups l.h5 | sed -n '/DATA {/,/}/p'
exit $status
