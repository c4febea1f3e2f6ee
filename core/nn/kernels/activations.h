#ifndef NN_ACTIVATIONS_H
#define NN_ACTIVATIONS_H

#include "core/nn/real.h"

#include <stddef.h>

/* Functions of one number, and their derivatives, in PyTorch's definitions. At
 * a kink the derivative is the one from below. */

enum activation_kind {
    ACTIVATION_LEAKYRELU, /* x above 0, else a x */
    ACTIVATION_ELU,       /* x above 0, else a (exp(x) - 1) */
    ACTIVATION_GELU,      /* x Phi(x), Phi the normal distribution */
    ACTIVATION_GELU_TANH, /* the same with Phi approximated by tanh */
    ACTIVATION_SILU,      /* x sigmoid(x) */
    ACTIVATION_SIGMOID,
    ACTIVATION_TANH,
    ACTIVATION_SOFTPLUS,  /* log(1 + exp(a x)) / a; x itself where a x is above b */
    ACTIVATION_KINDS,
};

struct activation {
    enum activation_kind kind;
    double a;
    double b;
};

/* y = f(x). Thread-safe, as is the next. */
void activation_forward(const struct activation *activation, real *y, const real *x,
                        size_t count);

/* dx = f'(x) dy; y is what forward gave for x. */
void activation_backward(const struct activation *activation, real *dx, const real *x,
                         const real *y, const real *dy, size_t count);

#endif
