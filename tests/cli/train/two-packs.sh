train -o run a.h5 b.h5
