#ifndef NN_CONVOLUTION_H
#define NN_CONVOLUTION_H

#include "core/nn/kernels/kernels.h"

/* Two-dimensional convolution (cross-correlation, as in PyTorch) of one image,
 * as matrix products over strips of output rows: the strip's input places are
 * gathered into a matrix small enough to stay in cache, and multiplied. */

struct convolution {
    int channels; /* of the input */
    int outputs;  /* channels of the output */
    int groups;   /* divides both: group g of the outputs sees group g of the input */
    struct window window;
    int strip; /* output rows at a time; set by convolution_plan() */
};

/* Choose the strip. It depends on the shapes alone, as results do on it. The
 * product channels / groups * size[0] * size[1] * out[1] must fit an int.
 * Returns the bytes of scratch that the functions below need. */
size_t convolution_plan(struct convolution *c);

/* y[outputs][out] from x[channels][in], weight[outputs][channels / groups][size]
 * and bias[outputs], or NULL. */
void convolution_forward(const struct convolution *c, real *y, const real *x,
                         const real *weight, const real *bias, void *scratch);

/* Add to weight_gradient, and to bias_gradient unless NULL; write dx unless NULL. */
void convolution_backward(const struct convolution *c, real *dx, real *weight_gradient,
                          real *bias_gradient, const real *x, const real *weight, const real *dy,
                          void *scratch);

#endif
