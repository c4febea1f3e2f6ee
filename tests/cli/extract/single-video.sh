# A user's own video: one unlabelled row, no split.
make-clips --classes 1 --groups 1 --clips 1 clips
mv clips/*/*.avi 'my video'
extract -o my.h5 'my video'
h5dump -y -d /labels -d /clips/path my.h5 | sed -n '/DATA {/,/}/p'
h5ls my.h5/splits
