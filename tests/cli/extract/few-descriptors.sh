# Too few open files are allowed: no clip has failed by that. The run ends, names a clip and
# the reason, and another one goes on. What is enough depends on what our caller left open.
make-clips --classes 2 --groups 2 --clips 1 clips
extract -j 2 -o whole.h5 clips >/dev/null
refused=0
for limit in $(seq 4 60); do
    status=0
    (ulimit -n "$limit" && extract -j 2 -o a.h5 clips) >out 2>err || status=$?
    [ "$status" -ne 3 ] || echo "limit $limit: clips are listed as failed"
    [ "$status" -ne 0 ] || break
    if grep -q '^extract: clips/.*\.avi: Too many open files$' err; then
        refused=$((refused + 1))
    fi
done
[ "$refused" -eq 0 ] || echo 'refused at a clip'
cmp whole.h5 a.h5
rm out err
ls
