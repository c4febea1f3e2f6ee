#ifndef NN_CONV_DENSE_H
#define NN_CONV_DENSE_H

#include "core/nn/kernels/kernels.h"

#include <stdbool.h>
#include <stddef.h>

/* Convolution of one image and its gradients, in blocks of eight channels,
 * [channels / 8][height][width][8], the last block filled up with zeros. An
 * input of few channels that needs no gradient (pixels) is read as planes,
 * [channels][height][width]. Any kernel, stride up to CONV_DENSE_STRIDE_MAX,
 * padding and dilation; no groups.
 *
 * Forward and the data gradient are the same work, a sweep: for every output
 * place, the sum over channels and kernel taps of an input number times eight
 * weights. Going back, places whose position differs modulo the stride see
 * different taps: each such phase is swept by itself, with its own weights.
 *
 * Kernels of 3 or 5 taps along the width that step by one place are not summed
 * tap by tap but by Winograd's algorithm, wherever that multiplies clearly less
 * (conv_dense_rows.h): errors of rounding are then about 3 and 4 times as large,
 * below 3e-6 of the result for up to some thousand products, and what is not
 * finite makes NaN of the whole tile of four places that sees it. 7 taps would
 * have errors near 1e-5.
 *
 * All functions are thread-safe, allocate nothing, and take memory aligned to
 * 32 bytes. The order of every sum is fixed by the shape. */

enum { CONV_DENSE_BLOCK = 8, CONV_DENSE_STRIDE_MAX = 4, CONV_DENSE_PLANES_MAX = 4 };

struct conv_dense_shape {
    int channels;
    int outputs;
    struct window window;
    bool planar; /* the input is planes; no data gradient */
};

/* The places of one phase along one axis. */
struct conv_phase {
    int places;
    int to;     /* output place of the first */
    int from;   /* place of the staged input that the first tap of the first place reads */
    int taps;
    int weight; /* the first tap's place in the kernel, */
    int weight_step; /* and from one tap to the next */
};

/* Index 0 is along the height. Sizes are places unless they say floats. */
struct conv_sweep {
    int depth;  /* blocks of the input; planes: channels */
    int lanes;  /* 8; planes: 1 */
    int blocks; /* of the output */
    int in[2];
    int out[2];
    bool staged;   /* the input is copied, with zeros around it */
    int before[2]; /* places of zeros before the input */
    int stage[2];  /* size of the staged input, or of the input itself */
    int from_step[2]; /* in the staged input, from place to place of the output */
    int to_step[2];   /* in the output */
    int tap_step[2];  /* in the staged input, from tap to tap */
    int phase_count[2];
    struct conv_phase phases[2][CONV_DENSE_STRIDE_MAX];
    int chunk;         /* blocks of the input that are summed up at a time */
    size_t stage_size; /* floats; 0 unless staged */
    /* Winograd along the width, where points is not 0: */
    int points; /* 6 or 8, for 3 or 5 taps */
    int tiles; /* of four places of the output, in a row */
    int band;  /* rows of the output that are worked on at a time */
    size_t depth_size;   /* floats that one block of the input becomes, per point */
    size_t point_size;   /* that the input becomes, per point */
    size_t product_size; /* that two blocks of the output come from, per point */
    size_t weights_at; /* floats, in prepared memory */
};

struct conv_dense_plan {
    struct conv_dense_shape shape;
    struct conv_sweep forward;
    struct conv_sweep back; /* planes: unused */
    int entries; /* of one output's weights: channels, filled up, times taps; of
                    the sums per point instead, filled up, with taps along the height */
    int band;    /* rows of the output that a weight gradient takes at a time */
    size_t bias_at;         /* floats, in prepared memory */
    size_t prepared_bytes;

    /* Scratch memory: sums of gradients, kept over the images of a block; all
     * else is spare. In floats. */
    size_t sums_size; /* of two blocks of outputs */
    size_t bias_sums_at;
    size_t stage_at;
    size_t points_at;
    size_t products_at;
    size_t scratch_bytes;
};

/* What is done with sums before they are stored. */
struct conv_finish {
    const float *add; /* as large as the output, or NULL; not the output itself */
    bool relu;        /* NaN stays NaN */
};

/* Is there a path for it: strides not too long, sizes whose offsets fit? */
bool conv_dense_can(const struct conv_dense_shape *shape);

/* For a shape that conv_dense_can(). */
void conv_dense_plan(struct conv_dense_plan *plan, const struct conv_dense_shape *shape);

/* Per instruction set. */
struct conv_dense_kernels {
    /* Lay out the weights [outputs][channels][size 0][size 1] and the bias
     * [outputs] (or NULL) for the functions below; once for every step. With
     * `scale` [outputs] not NULL, the weights of an output are multiplied by its
     * scale; the bias is not. */
    void (*prepare)(const struct conv_dense_plan *plan, float *prepared, const float *weights,
                    const float *bias, const float *scale);

    /* out[out blocks][out][8] */
    void (*forward)(const struct conv_dense_plan *plan, float *out, const float *in,
                    const float *prepared, const struct conv_finish *finish, float *scratch);

    /* Add to the sums in scratch, which lie before stage_at and which the
     * caller has set to zero. out_gradient[out blocks][out][8]. */
    void (*weight_gradient)(const struct conv_dense_plan *plan, const float *in,
                            const float *out_gradient, float *scratch);

    /* Write in_gradient[in blocks][in][8]. Not for planes. */
    void (*data_gradient)(const struct conv_dense_plan *plan, float *in_gradient,
                          const float *out_gradient, const float *prepared, float *scratch);

    /* Add the sums that weight_gradient left in scratch to gradients in the layout
     * of weights and bias; bias may be NULL. */
    void (*add_sums)(const struct conv_dense_plan *plan, float *weights, float *bias,
                     const float *scratch);
};

#endif
