# What a name says to a terminal is shown and not done where a result names it, too.
odd=$'a\e[31m b'
make-clips --classes 2 --groups 3 --clips 1 clips
extract --ratio 1:1:1 --sandbox off -o "$odd.h5" clips
printf 'flatten\nlinear\n' >"$odd.net"
train --epochs 1 --lr 1e-3 --threads 1 --cpu c --seed 1 --net "$odd.net" -o "$odd" "$odd.h5" |
    grep '31m' | sed 's/[0-9.]* %/N %/; s/[0-9.]* million/N million/'
train --describe "$odd.net" | head -1
