#ifndef NN_KERNELS_NORM_H
#define NN_KERNELS_NORM_H

#include "core/nn/real.h"

#include <stddef.h>

/* The loops of normalisation over numbers in a row, in plain C, and the table
 * that every instruction set has of its own. Sums are added up in double in a
 * fixed order, which is another one in other tables; all else has the same bits
 * in each. They allocate nothing and are thread-safe; outputs do not overlap
 * inputs. */

/* Add the sum of x and the sum of its squares to sums[0] and sums[1]. */
void kernel_add_moments(double sums[2], const real *x, size_t count);

/* Add the sum of dy, and of dy * (x - mean), to sums[0] and sums[1]. */
void kernel_add_products(double sums[2], const real *dy, const real *x, real mean, size_t count);

/* y = (x - mean) * scale + shift */
void kernel_normalise(real *y, const real *x, real mean, real scale, real shift, size_t count);

/* dx = scale * (dy - shift - (x - mean) * slope) */
void kernel_normalise_backward(real *dx, const real *dy, const real *x, real mean, real scale,
                               real shift, real slope, size_t count);

/* Layer norm, where each number has a weight and a bias of its own. */
struct norm_each {
    real mean;
    real scale;
    const real *weight; /* [count] */
    const real *bias;
};

/* y = (x - mean) * scale * weight + bias */
void kernel_normalise_each(real *y, const real *x, const struct norm_each *norm, size_t count);

/* Add to the gradients of weight and bias, and add the sum of dy * weight, and
 * of dy * weight * (x - mean), to sums[0] and sums[1]. */
void kernel_add_products_each(double sums[2], real *weight_gradient, real *bias_gradient,
                              const real *dy, const real *x, const struct norm_each *norm,
                              size_t count);

/* dx = scale * (dy * weight - shift - (x - mean) * slope) */
void kernel_normalise_backward_each(real *dx, const real *dy, const real *x,
                                    const struct norm_each *norm, real shift, real slope,
                                    size_t count);

struct norm_row_kernels {
    double (*sum)(const real *x, size_t count); /* as kernel_sum() */
    void (*add_moments)(double sums[2], const real *x, size_t count);
    void (*add_products)(double sums[2], const real *dy, const real *x, real mean, size_t count);
    void (*normalise)(real *y, const real *x, real mean, real scale, real shift, size_t count);
    void (*backward)(real *dx, const real *dy, const real *x, real mean, real scale, real shift,
                     real slope, size_t count);
    void (*normalise_each)(real *y, const real *x, const struct norm_each *norm, size_t count);
    void (*add_products_each)(double sums[2], real *weight_gradient, real *bias_gradient,
                              const real *dy, const real *x, const struct norm_each *norm,
                              size_t count);
    void (*backward_each)(real *dx, const real *dy, const real *x, const struct norm_each *norm,
                          real shift, real slope, size_t count);
};

/* The functions above. */
extern const struct norm_row_kernels norm_rows_plain;

/* Those of this process's instruction set (kernel_set.h); in double precision there are
 * only the plain ones. */
const struct norm_row_kernels *norm_rows_current(void);

#endif
