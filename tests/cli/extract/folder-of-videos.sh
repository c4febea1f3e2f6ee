# A folder that holds videos is not a class.
make-clips --classes 2 --groups 1 --clips 1 clips
mkdir videos
mv clips/*/*.avi videos
extract -o v.h5 videos
h5dump -y -d /labels -d /clips/path v.h5 | sed -n '/DATA {/,/}/p'
