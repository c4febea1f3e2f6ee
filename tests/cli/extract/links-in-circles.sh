make-clips --classes 1 --groups 1 --clips 1 clips
ln -s .. clips/up
ln -s . clips/self
extract -o a.h5 clips
h5dump -y -d /clips/path a.h5 | sed -n '/DATA {/,/}/p'
