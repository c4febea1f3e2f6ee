# --profile adds a table of at most 80 columns, and changes nothing else.
. "$CASES/train/small-pack.bash"
train_small plain
train -o run --net fast.net --epochs 2 --batch 8 --log-every 0 --threads 2 --cpu c --profile \
    small.h5 >said.txt
sed -n '/^profile/,$p' said.txt >table.txt
sed -E 's/[0-9]+\.[0-9]+|[0-9]+%|[0-9]{2,}/N/g; s/ +/ /g' table.txt
grep -E '^.{81}| $' table.txt || true
train_small counted --profile # says nothing for -q
train_small same --cpu c
cmp plain/model.h5 counted/model.h5
cmp run/model.h5 same/model.h5
cmp plain/options.txt counted/options.txt
