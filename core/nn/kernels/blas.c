#include "core/nn/kernels/blas.h"

#include <cblas.h>
#include <pthread.h>

void blas_multiply(real *c, int c_stride, int rows, int columns, int inner, struct matrix a,
                   struct matrix b, real beta)
{
    CBLAS_TRANSPOSE ta = a.transposed ? CblasTrans : CblasNoTrans;
    CBLAS_TRANSPOSE tb = b.transposed ? CblasTrans : CblasNoTrans;
#ifdef NN_DOUBLE
    cblas_dgemm(CblasRowMajor, ta, tb, rows, columns, inner, 1, a.at, a.stride, b.at, b.stride,
                beta, c, c_stride);
#else
    cblas_sgemm(CblasRowMajor, ta, tb, rows, columns, inner, 1, a.at, a.stride, b.at, b.stride,
                beta, c, c_stride);
#endif
}

static void set_one_thread(void)
{
    openblas_set_num_threads(1);
}

void blas_single_thread(void)
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    pthread_once(&once, set_one_thread);
}
