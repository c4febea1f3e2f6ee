#ifndef NN_KERNELS_H
#define NN_KERNELS_H

#include "core/nn/real.h"

#include <stddef.h>
#include <stdint.h>

/* The loops that do the work, in plain C. They allocate nothing and are
 * thread-safe. Outputs do not overlap inputs. NaN goes in, NaN comes out. */

/* y = max(x, 0) */
void kernel_relu(real *y, const real *x, size_t count);

/* dx = dy where y > 0, else 0; y is relu's output */
void kernel_relu_backward(real *dx, const real *y, const real *dy, size_t count);

/* y += x */
void kernel_add(real *y, const real *x, size_t count);

void kernel_fill(real *y, real value, size_t count);

/* The sum of x, added up in double in a fixed order. */
double kernel_sum(const real *x, size_t count);

/* 0 where all of x is finite, else NaN. */
real kernel_finite(const real *x, size_t count);

/* A window that slides over planes: of a convolution or a pooling. Index 0 is
 * height, 1 is width. Input places outside the plane count as zero
 * (convolution) or as not there (pooling). */
struct window {
    int in[2];
    int out[2];
    int size[2];
    int stride[2];
    int padding[2];
    int dilation[2];
};

/* Input place of output place `out`, window place `at`, along `axis`; may be
 * outside the plane. */
static inline int window_place(const struct window *w, int axis, int out, int at)
{
    return out * w->stride[axis] - w->padding[axis] + at * w->dilation[axis];
}

/* Output rows first_row .. first_row+rows-1 of `channels` planes laid out for
 * a matrix product: col[channels][size 0][size 1][rows][out 1]. */
void kernel_gather(real *col, const real *x, const struct window *w, int channels,
                   int first_row, int rows);

/* The reverse: add col to the places of dx where kernel_gather read them. */
void kernel_scatter(real *dx, const real *col, const struct window *w, int channels,
                    int first_row, int rows);

/* y[planes][out] = the largest in each window, where[planes][out] = its place
 * in its plane. The first one wins (by rows), as in PyTorch. Every window must
 * touch the plane. */
void kernel_maxpool(real *y, int32_t *where, const real *x, const struct window *w, int planes);

/* dx = dy at the places in `where`, summed; 0 elsewhere. */
void kernel_maxpool_backward(real *dx, const int32_t *where, const real *dy,
                             const struct window *w, int planes);

/* x[3][pixels] = rgb[pixels][3] / 255, rounded as PyTorch's div_(255) does. */
void kernel_pixels(real *x, const uint8_t *rgb, size_t pixels);

#endif
