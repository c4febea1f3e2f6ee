# A folder of class folders: labels, groups, the groups split, attributes.
make-clips --classes 3 --groups 4 --clips 1 clips
echo text >clips/README
mkdir clips/Nothing
extract -j 2 -o a.h5 --samples 2 --frames 2 --size 16x12 --fit pad clips
h5dump -y -w 60 -d /labels -d /clips/group -d /splits/groups -d /clips/sample a.h5 |
    sed -n '/^DATASET/p; /DATA {/,/}/p'
h5dump -H -d /labels a.h5 | grep '^ *"'
for name in decoder fit sampling layout scaler frames samples width height seed groups_rule \
    software; do
    printf '%s ' "$name"
    h5dump -a "/$name" a.h5 | sed -n 's/.*(0): //p'
done
