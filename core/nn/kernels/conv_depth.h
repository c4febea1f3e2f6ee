#ifndef NN_CONV_DEPTH_H
#define NN_CONV_DEPTH_H

#include "core/nn/kernels/kernels.h"

#include <stddef.h>

/* Depthwise convolution of one image and its gradients: each channel by itself,
 * with a kernel of its own (as many groups and outputs as channels). Values are in
 * blocks of eight channels, [channels / 8][height][width][8], the last block filled
 * up with zeros, so that a vector is eight channels of one place, whatever the
 * kernel, stride, padding and dilation.
 *
 * Weights, and the sums of their gradients, lie in `tables`:
 * [blocks][taps + 1][8], the last one of each block for the bias.
 *
 * All functions are thread-safe and allocate nothing. The order of every sum is
 * fixed by the shape. */

enum { CONV_DEPTH_BLOCK = 8 };

struct conv_depth_shape {
    int channels;
    struct window window;
};

/* Floats of a table. */
size_t conv_depth_table(const struct conv_depth_shape *shape);

/* Lay out weights [channels][size 0][size 1] and bias [channels], or NULL. */
void conv_depth_prepare(const struct conv_depth_shape *shape, float *table, const float *weights,
                        const float *bias);

/* Add a table of sums to gradients in the layout of weights and bias, or NULL. */
void conv_depth_add_sums(const struct conv_depth_shape *shape, float *weights, float *bias,
                         const float *table);

/* Per instruction set. */
struct conv_depth_kernels {
    void (*forward)(const struct conv_depth_shape *shape, float *out, const float *in,
                    const float *table);
    /* Adds to the table of sums. */
    void (*weight_gradient)(const struct conv_depth_shape *shape, float *sums, const float *in,
                            const float *out_gradient);
    /* Writes in_gradient. */
    void (*data_gradient)(const struct conv_depth_shape *shape, float *in_gradient,
                          const float *out_gradient, const float *table);
};

#endif
