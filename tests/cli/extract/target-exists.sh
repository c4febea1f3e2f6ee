# An existing pack is left alone without --force, and said so before any work.
make-clips --classes 1 --groups 1 --clips 1 clips
echo precious >a.h5
status=0
extract -o a.h5 gone || status=$?
echo "$status"
cat a.h5
extract --force -o a.h5 clips
ls
