# Stopped at three random steps, and gone on with each time by another number of
# threads, a run leaves the files that one left alone does: to the byte, but for
# the columns of time. Dropout, batch norm, augmentation and one-cycle are on.
. "$CASES/train/small-pack.bash"
printf 'conv 5x5x4\nbatchnorm\nrelu\nmaxpool 2\ndropout 0.3\nflatten\nlinear\n' >bn.net
cat >own.recipe <<'EOF_RECIPE'
net = bn.net
epochs = 80
batch = 4
optimiser = adam
lr = 0.01
schedule = onecycle
clip-norm = 1
hflip = 0.5
crop-pad = 2
contrast = 0.2
mixup = 0.2
EOF_RECIPE
train -q -o whole --recipe own.recipe --keep 2 --threads 2 small.h5
# 5 steps an epoch: 6 samples of 3 frames, 4 a step.
stop_once() { # step, what is begun or gone on with
    local step=$1 status=0
    shift
    : >out.txt
    train "$@" --keep 2 --log-every 1 small.h5 >out.txt 2>err.txt &
    # The last line may be half written: only whole ones count.
    until [ "$(grep -c '^t = .*[0-9]$' out.txt)" -gt "$step" ]; do
        kill -0 $! 2>/dev/null || break
        sleep 0.005
    done
    kill -INT $! 2>/dev/null || true
    wait $! || status=$?
    [ $status -eq 1 ] && grep -q 'stopped after step' err.txt
}
stop_at() { # the same; where the run was faster than the signal, once more
    local step=$1 try
    shift
    for try in 1 2 3 4 5; do
        rm -rf saved
        [ ! -e parts ] || cp -r parts saved
        stop_once "$step" "$@" && return
        rm -rf parts
        [ ! -e saved ] || cp -r saved parts
        step=$((step / 2))
    done
    echo "not stopped: $*"
    cat err.txt
}
stop_at $((RANDOM % 60)) -o parts --recipe own.recipe --threads 1
stop_at $((RANDOM % 60)) --resume parts --threads 5
stop_at $((RANDOM % 60)) --resume parts --threads 2
train -q --resume parts --keep 2 --threads 1 small.h5
diff <(ls whole) <(ls parts) && echo 'the same files'
# history.csv has times, and report.html shows them.
diff -r whole/tb parts/tb && echo 'the same events'
for file in $(ls whole | grep -vE '^(history.csv|report.html|tb)$'); do
    cmp whole/$file parts/$file && count=$((${count:-0} + 1))
done
[ "$count" -ge 7 ] && echo 'the same bytes in them'
untimed() { # all but the columns of time
    cut -d, -f1-8,12- "$1/history.csv"
}
cmp <(untimed whole) <(untimed parts) && echo 'history: same'
wc -l <parts/history.csv
