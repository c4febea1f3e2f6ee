mkdir clips
extract -o a.h5 clips
