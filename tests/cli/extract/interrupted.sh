# Ctrl-C: stops, says so, leaves nothing.
make-clips --classes 1 --groups 1 --clips 1 clips
cd clips/*
for i in $(seq 3000); do ln ./*_c01.avi "copy$i.avi"; done
cd ../..
extract -j 1 -o a.h5 clips &
until [ -e a.h5.partial ]; do sleep 0.05; done
kill -INT $!
status=0
wait $! || status=$?
ls
exit $status
