#ifndef NN_CONV_POOL_H
#define NN_CONV_POOL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Convolution, relu and 2x2 max pooling of one image in one go, and back.
 *
 * Forward: one-dimensional Winograd along the rows (winograd.h), summed
 * directly over kernel rows and channels; only outputs that a pooling window
 * sees are computed, and only the largest of each window is kept, with which
 * of the four it was and whether it is alive: above zero.
 *
 * Backward: an entry is an alive winner with its gradient. A window has at
 * most one for each output channel, so of all places of the convolution's
 * output at most a quarter has a gradient. The entries are gathered in lists,
 * and only they are worked on.
 *
 * Values between two such layers are in blocks of eight channels,
 * [channels / 8][height][width][8], the last one filled up with zeros. An
 * input of few channels that needs no gradient (pixels) is read as planes,
 * [channels][height][width]. The output is always in blocks.
 *
 * All functions are thread-safe, allocate nothing, and take memory aligned to
 * 32 bytes. The order of every sum is fixed by the shape. */

enum { CONV_POOL_BLOCK = 8, CONV_POOL_PLANES_MAX = 4 };

struct conv_pool_shape {
    int channels;
    int outputs;
    int in[2];      /* height, width of the input */
    int size[2];    /* of the kernel */
    int padding[2];
    int pooled[2];  /* how many windows are wanted: may be fewer than there are */
    bool planar;    /* the input is planes; no data gradient */
};

/* Sizes and places that follow from a shape. Read-only for all but
 * conv_pool_plan(). Sizes and places are in floats unless they say bytes. */
struct conv_pool_plan {
    struct conv_pool_shape shape;
    int taps;       /* kernel width, rounded up to 3, 5 or 7 with zeros */
    int points;     /* Winograd's, taps + 3 */
    int in_blocks;
    int out_blocks;
    int tiles;      /* of four outputs, in a row */
    int rows;       /* of the convolution: 2 * pooled[0] */
    int chunk_rows; /* how many rows are multiplied before they are pooled; even */
    int depth;      /* products summed up for one output point */
    int stage_rows; /* of the input, with its padding */
    int stage_columns; /* blocks: pixels; planes: pixels * channels, rounded up */
    int segment;    /* vectors that hold one kernel row of weight gradient */
    int band;       /* rows of windows whose entries are listed at a time */
    int list_size;  /* room in the list of one output channel */
    size_t channel_size; /* of the transformed input: one channel, or block, of one point */
    size_t point_size;   /* all channels of one point */
    size_t chunk_tiles; /* planar: from one point's products to the next */
    size_t group_size; /* weight gradient of one output channel */

    /* What lies where in prepared memory: Winograd's weights first. */
    size_t spread_at; /* blocks: weights for the data gradient */
    size_t bias_at;
    size_t prepared_bytes;

    size_t saved_bytes; /* what forward leaves for backward, of one image */

    /* What lies where in scratch memory. The sums of gradients come first and
     * are kept over the images of a block; all else is spare. */
    size_t bias_sums_at;
    size_t stage_at;
    size_t transformed_at;
    size_t products_at;
    size_t gradient_at; /* blocks: the data gradient with its padding */
    size_t lists_at;    /* gradients of the entries; behind them their offsets, as int32_t */
    size_t offsets_at;
    size_t counts_at;
    size_t scratch_bytes;
};

/* Is there a fast path for it at all? Kernels 2 to 7 wide, 1 to 16 high, and
 * sizes whose offsets fit an int. */
bool conv_pool_can(const struct conv_pool_shape *shape);

/* For a shape that conv_pool_can(). */
void conv_pool_plan(struct conv_pool_plan *plan, const struct conv_pool_shape *shape);

/* Transform the weights [outputs][channels][size 0][size 1] and the bias
 * [outputs] (or NULL) for the functions below. Once for every step. */
void conv_pool_prepare(const struct conv_pool_plan *plan, float *prepared, const float *weights,
                       const float *bias);

/* Add the sums that weight_gradient left in scratch to gradients in the layout
 * of weights and bias; bias may be NULL. */
void conv_pool_add_sums(const struct conv_pool_plan *plan, float *weights, float *bias,
                        const float *scratch);

/* One table for inputs in planes and one for blocks, per instruction set. */
struct conv_pool_kernels {
    /* out[out_blocks][pooled][8]; saved is for the functions below. */
    void (*forward)(const struct conv_pool_plan *plan, float *out, uint8_t *saved,
                    const float *in, const float *prepared, float *scratch);

    /* Add to the sums in scratch, which lie before stage_at and which the
     * caller has set to zero. out_gradient[out_blocks][pooled][8]. */
    void (*weight_gradient)(const struct conv_pool_plan *plan, const float *in,
                            const float *out_gradient, const uint8_t *saved, float *scratch);

    /* Write in_gradient[in_blocks][in][8]; NULL for planes. */
    void (*data_gradient)(const struct conv_pool_plan *plan, float *in_gradient,
                          const float *out_gradient, const uint8_t *saved,
                          const float *prepared, float *scratch);
};

#endif
