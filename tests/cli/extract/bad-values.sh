# Each is wrong use: exit status 2, one message, nothing written.
for option in --frames=0 --frames=1001 --samples=x --size=64 --size=0x64 --size=5000x5000 \
    --stride=0 --sampling=last --fit=zoom --seed=-1 --jobs=0 --jobs=257 --sandbox=maybe \
    --clip-timeout=0 --layout=other '--samples=10000 --frames=1000' --frame=3 --fames=3; do
    status=0
    # shellcheck disable=SC2086 # two options in one word
    extract -o a.h5 $option . || status=$?
    echo "$status"
done 2>&1
ls
