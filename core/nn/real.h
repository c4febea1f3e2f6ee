#ifndef NN_REAL_H
#define NN_REAL_H

/* The number type of networks. The product computes in float; the tests also
 * build everything with double, to tell arithmetic from error. */
#ifdef NN_DOUBLE
typedef double real;
#else
typedef float real;
#endif

#endif
