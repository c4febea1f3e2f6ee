# A tree and lists like HMDB51's: parts 0, 1 and 2, groups by the names.
make-clips --classes 2 --groups 1 --clips 3 made
set -- made/*/*.avi
mkdir -p clips/brush_hair clips/wave lists
for i in 0 1 2; do
    cp "${*:1 + i:1}" "clips/brush_hair/April_brush_hair_u_nm_np1_ba_goo_$i.avi"
done
cp "$4" clips/wave/Film_wave_f_cm_np2_fr_med_0.avi
cp "$5" clips/wave/Other_wave_f_cm_np2_fr_med_0.avi
printf '%s \n' 'April_brush_hair_u_nm_np1_ba_goo_0.avi 1' \
    'April_brush_hair_u_nm_np1_ba_goo_1.avi 1' \
    'April_brush_hair_u_nm_np1_ba_goo_2.avi 0' >lists/brush_hair_test_split1.txt
printf '%s \n' 'Film_wave_f_cm_np2_fr_med_0.avi 2' 'Other_wave_f_cm_np2_fr_med_0.avi 1' \
    >lists/wave_test_split1.txt
extract -o a.h5 --splits lists clips
h5dump -y -d /clips/path -d /clips/group -d /splits/hmdb51-1 a.h5 | sed -n '/DATA {/,/}/p'
