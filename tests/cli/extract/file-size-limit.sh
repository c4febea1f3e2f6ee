# Past a limit on the size of files (ulimit -f): a message, not a death by signal; what is
# there already stays, and nothing else is left.
make-clips --classes 2 --groups 1 --clips 1 clips
echo old >a.h5
status=0
(ulimit -f 8 && extract --force -o a.h5 clips) || status=$?
echo "$status"
cat a.h5
ls
