# A line for every clip on standard error, and the summary alone on standard output.
make-clips --classes 1 --groups 2 --clips 1 clips
echo 'no film' >clips/BouncingBall/broken.avi
extract --verbose -j 1 -o a.h5 clips
