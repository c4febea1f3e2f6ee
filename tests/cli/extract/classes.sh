# --classes: these only, in the order given.
make-clips --classes 3 --groups 3 --clips 1 clips
cd clips
set -- *
cd ..
extract -o a.h5 --classes "$3,$1" clips
h5dump -H -d /labels a.h5 | grep '^ *"'
printf '%s\r\n' "$2" >names
extract -o b.h5 --classes @names clips
h5dump -H -d /labels b.h5 | grep '^ *"'
