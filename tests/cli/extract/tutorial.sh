# The tutorial's layout: labels and groups from the csv files, test without
# labels, a missing image fails its clip; MATLAB 7.3 files are refused.
jpeg() {
    base64 -d <<'END' >"$1"
/9j/4AAQSkZJRgABAgAAAQABAAD/2wBDAAg+Pkk+SVVVVVVVVWRdZGhoaGRkZGRoaGhwcHCDg4Nw
cHBoaHBwfHyDg4+Tj4eHg4eTk5ubm7q6srLZ2eD/////xABNAAEBAAAAAAAAAAAAAAAAAAAABgEB
AQEAAAAAAAAAAAAAAAAAAAYHEAEAAAAAAAAAAAAAAAAAAAAAEQEAAAAAAAAAAAAAAAAAAAAA/8AA
EQgAQABAAwEiAAIRAAMRAP/aAAwDAQACEQMRAD8AiwEo38AAAAAAAAAAAAAAAAAAAAAAAAAAAAAB
/9k=
END
}
for clip in trainClips/00001 trainClips/00002 valClips/00001 testClips/00001; do
    mkdir -p "t/$clip"
    for i in 1 2 3; do jpeg "t/$clip/$i.jpg"; done
done
rm t/trainClips/00002/2.jpg
printf 'clip,label,class,source\n%s\n%s\n' 00001,2,Row,v_Row_g11_c01 00002,1,Swim,v_Swim_g12_c01 \
    >t/train_labels.csv
printf 'clip,label,class,source\n%s\n' 00001,1,Swim,v_Swim_g07_c02 >t/val_labels.csv
status=0
extract -j 1 -o t.h5 --layout tutorial t || status=$?
h5dump -y -w 60 -d /labels -d /clips/path -d /clips/group -d /clips/message -d /clips/frame_index \
    -d /splits/tutorial t.h5 | sed -n '/DATA {/,/}/p'
h5dump -H -d /labels t.h5 | grep '^ *"'
h5ls t.h5/splits
h5dump -y -d /frames -s 1,2,60,60,0 -c 1,1,1,1,3 t.h5 | sed -n '/DATA {/,/}/p' |
    awk -F, 'NF == 3 { print ($1 > 240 && $2 < 15 && $3 < 15 ? "red" : $0) }'
echo "$status"
printf '%-124s\000\002IM' 'MATLAB 7.3' >t/q3_2_data.mat
extract -o u.h5 --layout tutorial t
