extract -o a.h5
