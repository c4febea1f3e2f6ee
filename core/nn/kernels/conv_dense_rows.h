#ifndef NN_CONV_DENSE_ROWS_H
#define NN_CONV_DENSE_ROWS_H

#include "core/nn/kernels/conv_dense.h"

/* The sweeps and weight gradients of conv_dense.h whose plan has `points`: by
 * Winograd's algorithm along the rows (winograd.h), summed directly over the
 * kernel's rows and the channels. A band of rows of the output at a time, so that
 * all that is between stays in the caches.
 *
 * For the weight gradient the same algorithm is read backwards: out is linear in
 * each of taps and in, so the gradient of the taps is
 *
 *   sum_i G_i (in . B_i) (sum_m x_i^m gradient[m])
 *
 * with the outer sum last, once for all tiles, rows and images: what is kept in
 * scratch are sums per point, [outputs / 16][point][depth][taps 0][8][2][8]. */

/* Per instruction set; thread-safe, allocate nothing. `staged` is the input with
 * zeros around it, scratch the plan's. */
struct conv_rows_kernels {
    /* bias and end may be NULL. */
    void (*sweep)(const struct conv_dense_plan *plan, const struct conv_sweep *sweep, float *out,
                  const float *staged, const float *weights, const float *bias,
                  const struct conv_finish *end, float *scratch);

    /* Add to the sums of the weights, not to those of the bias. */
    void (*weight_gradient)(const struct conv_dense_plan *plan, const float *staged,
                            const float *out_gradient, float *scratch);
};

#endif
