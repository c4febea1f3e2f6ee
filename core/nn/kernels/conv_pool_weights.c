#include "core/nn/kernels/conv_pool.h"

#include "core/nn/kernels/winograd.h"

#include <string.h>

enum { BLOCK = CONV_POOL_BLOCK };

// One kernel row of a block's eight outputs side by side: [taps][8]. Outputs,
// channels and taps that do not exist are zero.
static void gather_taps(const struct conv_pool_plan *p, double taps[WINOGRAD_TAPS_MAX][BLOCK],
                        const float *weights, int block, int channel, int row)
{
    const struct conv_pool_shape *s = &p->shape;
    memset(taps, 0, sizeof(double[WINOGRAD_TAPS_MAX][BLOCK]));
    size_t group = (size_t)s->channels * (size_t)s->size[0] * (size_t)s->size[1];
    const float *from = weights + (size_t)block * BLOCK * group
                      + (size_t)(channel * s->size[0] + row) * (size_t)s->size[1];
    int lanes = s->outputs - block * BLOCK;
    for (int lane = 0; channel < s->channels && lane < lanes && lane < BLOCK; lane++) {
        for (int k = 0; k < s->size[1]; k++) {
            taps[k][lane] = (double)from[(size_t)lane * group + (size_t)k];
        }
    }
}

// Where the eight weights of one point stand. Planes: [block][depth][8]. Blocks:
// two blocks of outputs at a time, [block / 2][depth][2][8], so that one number
// of the input meets sixteen weights in a row; the last may be alone.
static size_t place_of(const struct conv_pool_plan *p, int block, int channel, int row)
{
    size_t depth = (size_t)p->depth;
    int rows = p->shape.size[0];
    if (p->shape.planar) {
        return ((size_t)block * depth + (size_t)(channel * rows + row)) * BLOCK;
    }
    size_t step = (size_t)((channel / BLOCK * rows + row) * BLOCK + channel % BLOCK);
    size_t first = (size_t)block / 2 * 2;
    size_t together = first + 1 < (size_t)p->out_blocks ? 2 : 1;
    return (first * depth + step * together + ((size_t)block - first)) * BLOCK;
}

static void transform_weights(const struct conv_pool_plan *p, float *to, const float *weights)
{
    double g[WINOGRAD_POINTS_MAX][WINOGRAD_TAPS_MAX];
    winograd_weights(g, p->taps);
    size_t point = (size_t)p->depth * (size_t)p->out_blocks * BLOCK;
    int channels = p->depth / p->shape.size[0];
    for (int block = 0; block < p->out_blocks; block++) {
        for (int i = 0; i < p->depth; i++) {
            int channel = i % channels;
            int row = i / channels;
            double taps[WINOGRAD_TAPS_MAX][BLOCK];
            gather_taps(p, taps, weights, block, channel, row);
            float *at = to + place_of(p, block, channel, row);
            for (int n = 0; n < p->points; n++, at += point) {
                double sum[BLOCK] = {0};
                for (int k = 0; k < p->taps; k++) {
                    for (int lane = 0; lane < BLOCK; lane++) {
                        sum[lane] += g[n][k] * taps[k][lane];
                    }
                }
                for (int lane = 0; lane < BLOCK; lane++) {
                    at[lane] = (float)sum[lane];
                }
            }
        }
    }
}

// For the data gradient: [in_blocks][outputs][1 + size 0 + 1][taps][8], with a
// row of zeros at either end. What does not exist is zero.
static void spread_weights(const struct conv_pool_plan *p, float *to, const float *weights)
{
    const struct conv_pool_shape *s = &p->shape;
    size_t row = (size_t)p->taps * BLOCK;
    size_t kernel = (size_t)(s->size[0] + 2) * row;
    size_t outputs = (size_t)p->out_blocks * BLOCK;
    size_t plane = (size_t)s->size[0] * (size_t)s->size[1];
    memset(to, 0, (size_t)p->in_blocks * outputs * kernel * sizeof *to);
    for (int o = 0; o < s->outputs; o++) {
        for (int c = 0; c < s->channels; c++) {
            const float *from = weights + (size_t)(o * s->channels + c) * plane;
            float *at = to + ((size_t)(c / BLOCK) * outputs + (size_t)o) * kernel + row
                      + c % BLOCK;
            for (int y = 0; y < s->size[0]; y++, at += row) {
                for (int x = 0; x < s->size[1]; x++) {
                    at[x * BLOCK] = *from++;
                }
            }
        }
    }
}

void conv_pool_prepare(const struct conv_pool_plan *p, float *prepared, const float *weights,
                       const float *bias)
{
    transform_weights(p, prepared, weights);
    if (!p->shape.planar) {
        spread_weights(p, prepared + p->spread_at, weights);
    }
    for (int i = 0; i < p->out_blocks * BLOCK; i++) {
        prepared[p->bias_at + (size_t)i] = bias && i < p->shape.outputs ? bias[i] : 0;
    }
}

// Sums of one output channel, planes: [size 0][segment][8], of which the first
// size 1 * channels are a kernel row, channel by channel. Blocks: [in_blocks]
// [size 0][taps][8].
static size_t sum_place(const struct conv_pool_plan *p, int channel, int y, int x)
{
    const struct conv_pool_shape *s = &p->shape;
    if (s->planar) {
        return (size_t)(y * p->segment * BLOCK + x * s->channels + channel);
    }
    return (size_t)(((channel / BLOCK * s->size[0] + y) * p->taps + x) * BLOCK
                    + channel % BLOCK);
}

void conv_pool_add_sums(const struct conv_pool_plan *p, float *weights, float *bias,
                        const float *scratch)
{
    const struct conv_pool_shape *s = &p->shape;
    for (int o = 0; o < s->outputs; o++) {
        const float *sums = scratch + (size_t)o * p->group_size;
        for (int c = 0; c < s->channels; c++) {
            for (int y = 0; y < s->size[0]; y++) {
                for (int x = 0; x < s->size[1]; x++) {
                    *weights++ += sums[sum_place(p, c, y, x)];
                }
            }
        }
        if (bias) {
            bias[o] += scratch[p->bias_sums_at + (size_t)o];
        }
    }
}
