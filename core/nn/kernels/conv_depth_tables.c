#include "core/nn/kernels/conv_depth.h"

#include <stdbool.h>

enum { BLOCK = CONV_DEPTH_BLOCK };

static int taps_of(const struct conv_depth_shape *s)
{
    return s->window.size[0] * s->window.size[1];
}

static int blocks_of(const struct conv_depth_shape *s)
{
    return (s->channels + BLOCK - 1) / BLOCK;
}

// Where a table has a channel's number for a tap; tap `taps` is the bias.
static size_t place(const struct conv_depth_shape *s, int channel, int tap)
{
    return ((size_t)(channel / BLOCK) * (size_t)(taps_of(s) + 1) + (size_t)tap) * BLOCK
         + (size_t)(channel % BLOCK);
}

size_t conv_depth_table(const struct conv_depth_shape *s)
{
    return (size_t)blocks_of(s) * (size_t)(taps_of(s) + 1) * BLOCK;
}

void conv_depth_prepare(const struct conv_depth_shape *s, float *table, const float *weights,
                        const float *bias)
{
    int taps = taps_of(s);
    for (int c = 0; c < blocks_of(s) * BLOCK; c++) {
        bool exists = c < s->channels;
        for (int t = 0; t < taps; t++) {
            table[place(s, c, t)] = exists ? weights[(size_t)c * (size_t)taps + (size_t)t] : 0;
        }
        table[place(s, c, taps)] = exists && bias ? bias[c] : 0;
    }
}

void conv_depth_add_sums(const struct conv_depth_shape *s, float *weights, float *bias,
                         const float *table)
{
    int taps = taps_of(s);
    for (int c = 0; c < s->channels; c++) {
        for (int t = 0; t < taps; t++) {
            weights[(size_t)c * (size_t)taps + (size_t)t] += table[place(s, c, t)];
        }
        if (bias) {
            bias[c] += table[place(s, c, taps)];
        }
    }
}
