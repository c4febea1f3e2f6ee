#!/bin/bash
# Make the first inputs of the fuzz targets again, with the programs of a build
# folder: make_corpus.sh BUILD. Files that others have put beside them stay.
# Needs tests/fuzz/seed_parent in that folder (ninja tests/fuzz/seed_parent).
set -eu
here=$(cd "$(dirname "$0")" && pwd)
build=$(cd "${1:?a build folder}" && pwd)
PATH=$build/tools/extract:$build/tools/train:$build/data:$build/tests/fuzz:$PATH
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"

put() { # target, name: standard input
    mkdir -p "$here/corpus/$1"
    cat >"$here/corpus/$1/$2"
}

make-clips --classes 2 --groups 3 --clips 1 clips >/dev/null
extract -j 1 --size 4x4 --frames 2 -o pack.h5 clips >/dev/null
printf 'flatten\nlinear\n' >tiny.net
train -q --net tiny.net --epochs 1 --batch 2 -o run pack.h5
python3 - <<'EOT'
import struct
def element(kind, data):
    return struct.pack("<II", kind, len(data)) + data + b"\0" * (-len(data) % 8)
def vector(name, values):
    return element(14, element(6, struct.pack("<II", 6, 0))
                   + element(5, struct.pack("<ii", len(values), 1)) + element(1, name)
                   + element(9, struct.pack(f"<{len(values)}d", *values)))
with open("labels.mat", "wb") as file:
    file.write(b"MATLAB 5.0".ljust(124) + b"\0\1IM" + vector(b"trLb", [1.0, 2.0])
               + vector(b"valLb", [2.0]))
EOT
{ printf p; cat pack.h5; } | put files pack
{ printf m; cat run/model.h5; } | put files model
{ printf c; cat run/checkpoint.h5; } | put files checkpoint
{ printf t; cat labels.mat; } | put files labels
seed_parent p pack.h5 | put parent pack
seed_parent m run/model.h5 | put parent model
seed_parent c run/checkpoint.h5 | put parent checkpoint
seed_parent t labels.mat | put parent labels

# A run that is stopped leaves a journal.
touch clips/*/*g03*
for clip in clips/*/*g03*; do echo 'no video' >"$clip"; done
extract -j 1 --on-error stop --size 4x4 --frames 2 -o half.h5 clips >/dev/null 2>&1 || true
put journal half <half.h5.journal

for net in "$here"/../../data/nets/*residual.net "$here"/../../data/nets/{dropout,tutorial}.net; do
    put net "$(basename "$net" .net)" <"$net"
done
printf '# a recipe\nepochs = 3\n\nlr = 1e-3\nnet = tutorial\nshuffle = off\n' | put recipe some

printf 'repeat 3 {\n conv 3x3x8 stride 2 # a\n relu\n}\nsplit a\nlinear 10\n' | put net words

printf 'i1 Archery\n2 Diving\r\n3 TaiChi\n' | put lists numbered
printf 'nArchery\nDiving\nTai Chi\n' | put lists names
printf 'aArchery,Diving,TaiChi' | put lists argument
printf 'ca.avi\nb/c.avi\tDiving\n\n  d.avi \t Tai Chi\r\n' | put lists clips
printf 'pa.avi train\nb c.avi\tval\nd.avi none\n' | put lists parts
printf 'lclip,label,class,source\n00001,2,Row,v_Row_g11_c01\n00002,1,Swim,"v ""x"", y"\n' \
    | put lists labels
printf 'llabel,clip\n1,00003\n' | put lists labels-short
{
    printf 'u1 Archery\n2 Diving\n\036Archery/v_Archery_g02_c01.avi 1\r\n'
    printf 'Diving/v_Diving_g02_c01.avi 2\r\n\036Diving/v_Diving_g01_c01.avi\r\n'
} | put splits ucf101
printf 'hg_brush_h_cm_np1_ba_goo_0.avi 1\nx y.avi 2 \036r_1.avi 1\nr_2.avi 2\nr_3.avi 0\n\036' \
    | put splits hmdb51
{
    printf 'klabel,youtube_id,time_start,time_end,split\n"a ""b"", c",0wR5jVB-WPk,417,427,train\n'
    printf '\036youtube_id,time_start,time_end,split\n-abc_,0,10,validate\n\036'
} | put splits kinetics
printf -- '--flag\n--text=a b\n-l\nx\n--number\n-3\n--large\n18446744073709551615\n--real\n1e-3' \
    | put options many
printf -- '--choice\ntwo\n--dims\n64x48\n--\n--help\noperand' | put options operands
printf 'number\n7\nreal\n.5\nflag\ntrue\nlist\nx\ndims\n1x1' | put options lines
python3 - <<'EOT' | put reply good
import struct, sys
# struct worker_reply, then pixels, frame numbers and times of 2 x 3 frames of 2x2
head = struct.pack("<Qi4xIII4xdI4x160s", 5, 0, 9, 320, 240, 25.0, 0, b"")
slot = bytes(range(72)) + struct.pack("<6I", 0, 2, 4, 1, 3, 5) + struct.pack("<6d", *range(6))
sys.stdout.buffer.write(head + slot)
EOT
