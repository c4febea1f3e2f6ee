#ifndef NN_KERNELS_NORM_H
#define NN_KERNELS_NORM_H

#include "core/nn/real.h"

#include <stddef.h>

/* The loops of normalisation, in plain C. Sums are added up in double in a
 * fixed order. They allocate nothing and are thread-safe; outputs do not
 * overlap inputs. */

/* Add the sum of x and the sum of its squares to sums[0] and sums[1]. */
void kernel_add_moments(double sums[2], const real *x, size_t count);

/* Add the sum of dy, and of dy * (x - mean), to sums[0] and sums[1]. */
void kernel_add_products(double sums[2], const real *dy, const real *x, real mean, size_t count);

/* y = (x - mean) * scale + shift */
void kernel_normalise(real *y, const real *x, real mean, real scale, real shift, size_t count);

/* dx = scale * (dy - shift - (x - mean) * slope) */
void kernel_normalise_backward(real *dx, const real *dy, const real *x, real mean, real scale,
                               real shift, real slope, size_t count);

#endif
