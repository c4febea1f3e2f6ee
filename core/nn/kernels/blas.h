#ifndef NN_BLAS_H
#define NN_BLAS_H

#include "core/nn/real.h"

#include <stdbool.h>

/* The only door to BLAS. All matrices are row-major; `stride` is the distance
 * between the starts of two rows, in elements. */

struct matrix {
    const real *at;
    int stride;
    bool transposed; /* what is stored is the transpose of the operand */
};

/* c[rows][columns] = a[rows][inner] b[inner][columns] + beta c. Thread-safe. */
void blas_multiply(real *c, int c_stride, int rows, int columns, int inner, struct matrix a,
                   struct matrix b, real beta);

/* Keep BLAS from starting threads of its own: our threads each call it. Global
 * to the process; cheap to call again. Thread-safe. */
void blas_single_thread(void);

#endif
