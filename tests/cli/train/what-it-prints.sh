. "$CASES/train/small-pack.bash"
# Without what differs from one machine to another: results, times, the digest.
plain() {
    sed -E -e /pack_digest/d \
        -e '/^(t =|test:|best:| +[0-9]+ )/{s/[0-9]+\.[0-9]+|[0-9]{2,}|[0-9]+$/N/g; s/ +/ /g}'
}
train -o run --net fast.net --epochs 2 --batch 8 --log-every 2 --threads 2 --cpu c \
    small.h5 | plain
ls run
plain <run/options.txt
head -n 1 run/history.csv
wc -l <run/history.csv
head -n 1 run/test.csv
