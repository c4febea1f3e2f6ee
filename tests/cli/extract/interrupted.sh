# Ctrl-C: stops, says so, keeps what is done; the same command goes on.
make-clips --classes 1 --groups 1 --clips 1 clips
cd clips/*
for i in $(seq 3000); do ln ./*_c01.avi "copy$i.avi"; done
cd ../..
extract -j 1 -o a.h5 clips &
# The journal's head says how long it is: a clip at least is to be done.
until [ -s a.h5.journal ]; do sleep 0.05; done
head=$(od -An -tu4 -j24 -N4 a.h5.journal)
until [ "$(stat -c %s a.h5.journal)" -gt "$head" ]; do sleep 0.05; done
kill -INT $!
status=0
wait $! || status=$?
ls
exit $status
