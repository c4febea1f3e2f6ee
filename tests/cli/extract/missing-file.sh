extract -o a.h5 gone.mp4
