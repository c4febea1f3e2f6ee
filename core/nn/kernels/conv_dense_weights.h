#ifndef NN_CONV_DENSE_WEIGHTS_H
#define NN_CONV_DENSE_WEIGHTS_H

#include "core/nn/kernels/conv_dense.h"

/* From the layout of parameters to that of the kernels, and back: what
 * conv_dense.c hands out as prepare and add_sums. Per instruction set. */
struct conv_weights_kernels {
    void (*prepare)(const struct conv_dense_plan *plan, float *prepared, const float *weights,
                    const float *bias, const float *scale);
    void (*add_sums)(const struct conv_dense_plan *plan, float *weights, float *bias,
                     const float *scratch);
};

#endif
