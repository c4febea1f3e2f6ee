status=0
train -o run absent.h5 || status=$?
ls -A
exit "$status"
