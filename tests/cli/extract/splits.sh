# UCF101's lists: CR LF, two spellings, absent clips, class order by number.
make-clips --classes 2 --groups 3 --clips 1 made
mkdir -p clips/Hammering clips/HammerThrow clips/HandstandPushups lists
set -- made/*/*.avi
cp "$1" clips/Hammering/v_Hammering_g01_c01.avi
cp "$2" clips/Hammering/v_Hammering_g08_c01.avi
cp "$3" clips/HammerThrow/v_HammerThrow_g09_c01.avi
cp "$4" clips/HandstandPushups/v_HandStandPushups_g01_c01.avi
cp "$5" clips/HandstandPushups/v_HandStandPushups_g08_c01.avi
printf '1 Hammering\r\n2 HammerThrow\r\n3 HandstandPushups\r\n4 Absent\r\n' >lists/classInd.txt
printf '%s\r\n' 'Hammering/v_Hammering_g08_c01.avi 1' 'HammerThrow/v_HammerThrow_g08_c01.avi 2' \
    'HandstandPushups/v_HandStandPushups_g08_c01.avi 3' 'Absent/v_Absent_g08_c01.avi 4' \
    >lists/trainlist01.txt
printf '%s\r\n' 'Hammering/v_Hammering_g01_c01.avi' \
    'HandStandPushups/v_HandstandPushups_g01_c01.avi' >lists/testlist01.txt
extract -o a.h5 --splits lists clips
h5dump -H -d /labels a.h5 | grep '^ *"'
h5dump -y -d /clips/path -d /splits/ucf101-1 a.h5 | sed -n '/DATA {/,/}/p'
