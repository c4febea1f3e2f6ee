# Clips as Kinetics' are named: in class folders, or in one folder, where the
# lists say the class; blanks in a class may be underscores in its folder.
make-clips --classes 2 --groups 1 --clips 2 made
set -- made/*/*.avi
mkdir -p tree/air_drumming tree/yoga flat lists
one=abcdefghijk_000000_000010.avi
two=-2VKVjgNuE0_000012_000022.avi
three=ABCDEFGHIJK_000100_000110.avi
cp "$1" tree/air_drumming/$one
cp "$2" tree/air_drumming/$two
cp "$3" tree/yoga/$three
cp "$1" flat/$one
cp "$2" flat/$two
cp "$3" flat/$three
cp "$4" flat/unknown.avi
header=label,youtube_id,time_start,time_end,split
printf '%s\n' $header 'air drumming,abcdefghijk,0,10,train' 'yoga,ABCDEFGHIJK,100,110,train' \
    'yoga,notheretoda,1,11,train' >lists/train.csv
printf '%s\n' $header 'air drumming,-2VKVjgNuE0,12,22,val' >lists/val.csv
for clips in tree flat; do
    extract -o $clips.h5 --splits lists $clips
    h5dump -y -d /clips/path -d /labels -d /splits/kinetics $clips.h5 | sed -n '/DATA {/,/}/p'
done
mv tree/yoga/$three tree/air_drumming
status=0
extract -o b.h5 --splits lists tree || status=$?
echo "$status"
