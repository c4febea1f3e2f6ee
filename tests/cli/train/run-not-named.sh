train pack.h5
