# More clips than a worker is given in its life (500), and an error in between.
make-clips --classes 1 --groups 1 --clips 1 clips
cd clips/*
for i in $(seq 600); do ln ./*_g01_c01.avi "x_g01_c$i.avi"; done
echo broken >x_g01_c300.avi.tmp
mv x_g01_c300.avi.tmp x_g01_c300.avi
cd ../..
extract -j 1 -o a.h5 --size 8x8 clips
