#include "core/nn/kernels/kernel_tables.h"

#include "core/nn/kernels/conv_pool_parts.h"
#include "core/nn/kernels/padded.h"
#include "core/nn/kernels/winograd.h"

/* The input is blocks of eight channels. Lanes are channels: of the input while
 * it is transformed, of the output from then on. */

enum {
    BLOCK = CONV_POOL_BLOCK,
    TILES_OF_ONE = VEC8_REGISTERS - 2,     // multiplied at a time with a block of outputs,
    TILES_OF_TWO = VEC8_REGISTERS / 8 * 3, // and with two
};

// The padded input: [block][row][pixel][8].
static void stage(const struct conv_pool_plan *p, float *to, const float *in)
{
    const int padded[2] = {p->stage_rows, p->stage_columns};
    padded_copy(to, padded, in, p->shape.in, p->shape.padding, p->in_blocks, BLOCK);
}

// ---- forward ----

// Rows first .. end-1 of every block: [point][block][row][tile][8].
VEC8_INLINE void transform_rows(const int pairs, const struct conv_pool_plan *p, float *to,
                                const float *staged, int first, int end)
{
    for (int b = 0; b < p->in_blocks; b++) {
        for (int y = first; y < end; y++) {
            const float *row = staged
                             + (size_t)((b * p->stage_rows + y) * p->stage_columns) * BLOCK;
            float *at = to + (size_t)b * p->channel_size + (size_t)(y * p->tiles) * BLOCK;
            for (int t = 0; t < p->tiles; t++, row += WINOGRAD_OUT * BLOCK, at += BLOCK) {
                vec8 in[WINOGRAD_POINTS_MAX];
                vec8 out[WINOGRAD_POINTS_MAX];
#pragma GCC unroll 10
                for (int i = 0; i < 2 * pairs + 2; i++) {
                    in[i] = vec8_load(row + i * BLOCK);
                }
                winograd_input(pairs, out, in);
#pragma GCC unroll 10
                for (int i = 0; i < 2 * pairs + 2; i++) {
                    vec8_store(at + (size_t)i * p->point_size, out[i]);
                }
            }
        }
    }
}

// One point's products of `tiles` tiles with `blocks` blocks of outputs.
VEC8_INLINE void multiply(const int blocks, const int tiles, const struct conv_pool_plan *p,
                          float *products, const float *in, const float *weights)
{
    size_t row = (size_t)p->tiles * BLOCK;
    size_t next = p->channel_size - (size_t)p->shape.size[0] * row;
    vec8 sum[TILES_OF_ONE];
#pragma GCC unroll 30
    for (int i = 0; i < blocks * tiles; i++) {
        sum[i] = (vec8){0};
    }
    for (int b = 0; b < p->in_blocks; b++, in += next) {
        for (int y = 0; y < p->shape.size[0]; y++, in += row) {
#pragma GCC unroll 8
            for (int c = 0; c < BLOCK; c++) {
                vec8 w[2];
#pragma GCC unroll 2
                for (int k = 0; k < blocks; k++) {
                    w[k] = vec8_load(weights + (c * blocks + k) * BLOCK);
                }
#pragma GCC unroll 30
                for (int t = 0; t < tiles; t++) {
                    vec8 x = vec8_all(in[t * BLOCK + c]);
#pragma GCC unroll 2
                    for (int k = 0; k < blocks; k++) {
                        sum[t * blocks + k] = vec8_fma(x, w[k], sum[t * blocks + k]);
                    }
                }
            }
            weights += blocks * BLOCK * BLOCK;
        }
    }
    size_t tile = (size_t)(p->points * p->out_blocks) * BLOCK;
#pragma GCC unroll 30
    for (int i = 0; i < blocks * tiles; i++) {
        vec8_store(products + (size_t)(i / blocks) * tile + i % blocks * BLOCK, sum[i]);
    }
}

// The last group may compute some of the one before again, to the same values.
VEC8_INLINE void multiply_groups(const int blocks, const int group,
                                 const struct conv_pool_plan *p, float *products,
                                 const float *in, const float *weights, int tiles)
{
    size_t tile = (size_t)(p->points * p->out_blocks) * BLOCK;
    for (int t = 0; t < tiles; t += group) {
        int at = t + group > tiles && tiles > group ? tiles - group : t;
        multiply(blocks, group, p, products + (size_t)at * tile, in + (size_t)at * BLOCK,
                 weights);
    }
}

// All products of `tiles` tiles: [tile][point][output].
static void multiply_chunk(const struct conv_pool_plan *p, float *products, const float *in,
                           const float *weights, int tiles)
{
    for (int i = 0; i < p->points; i++, in += p->point_size) {
        float *to = products + (size_t)(i * p->out_blocks) * BLOCK;
        int b = 0;
        for (; b + 1 < p->out_blocks; b += 2, to += 2 * BLOCK) {
            multiply_groups(2, TILES_OF_TWO, p, to, in, weights, tiles);
            weights += (size_t)p->depth * 2 * BLOCK;
        }
        if (b < p->out_blocks) {
            multiply_groups(1, TILES_OF_ONE, p, to, in, weights, tiles);
            weights += (size_t)p->depth * BLOCK;
        }
    }
}

static size_t window_count(const struct conv_pool_plan *p)
{
    return (size_t)p->shape.pooled[0] * (size_t)p->shape.pooled[1];
}

// One window of eight outputs. saved: a plane of bytes that say where the
// winner is right, one where it is low, one where it is alive.
VEC8_INLINE void pool(float *out, uint8_t *saved, size_t plane, vec8 bias, vec8 a, vec8 b,
                      vec8 c, vec8 d)
{
    struct conv_pool_winners w = conv_pool_choose(a, b, c, d, bias);
    saved[0] = w.right;
    saved[plane] = w.low;
    saved[2 * plane] = w.alive;
    vec8_store(out, w.value);
}

// One row of windows out of two rows of products.
VEC8_INLINE void pool_row(const int pairs, const struct conv_pool_plan *p, float *out,
                          uint8_t *saved, const float *products, const float *bias)
{
    int width = p->shape.pooled[1];
    size_t windows = window_count(p);
    size_t plane = windows * (size_t)p->out_blocks;
    size_t output = (size_t)p->out_blocks * BLOCK;
    size_t tile = (size_t)p->points * output;
    for (int b = 0; b < p->out_blocks; b++) {
        vec8 add = vec8_load(bias + b * BLOCK);
        const float *from = products + b * BLOCK;
        for (int t = 0; t < p->tiles; t++, from += tile) {
            vec8 top[WINOGRAD_OUT];
            vec8 low[WINOGRAD_OUT];
            size_t at = (size_t)b * windows + 2 * (size_t)t;
            winograd_output(pairs, top, from, output);
            winograd_output(pairs, low, from + (size_t)p->tiles * tile, output);
            pool(out + at * BLOCK, saved + at, plane, add, top[0], top[1], low[0], low[1]);
            if (2 * t + 1 < width) {
                at++;
                pool(out + at * BLOCK, saved + at, plane, add, top[2], top[3], low[2], low[3]);
            }
        }
    }
}

VEC8_INLINE void forward_taps(const int pairs, const struct conv_pool_plan *p, float *out,
                              uint8_t *saved, const float *in, const float *prepared,
                              float *scratch)
{
    const struct conv_pool_shape *s = &p->shape;
    float *transformed = scratch + p->transformed_at;
    float *products = scratch + p->products_at;
    size_t row = (size_t)(p->tiles * p->points * p->out_blocks) * BLOCK;
    int done = 0; // rows transformed
    stage(p, scratch + p->stage_at, in);
    for (int y = 0; y < p->rows; y += p->chunk_rows) {
        int rows = p->rows - y < p->chunk_rows ? p->rows - y : p->chunk_rows;
        transform_rows(pairs, p, transformed, scratch + p->stage_at, done,
                       y + rows + s->size[0] - 1);
        done = y + rows + s->size[0] - 1;
        multiply_chunk(p, products, transformed + (size_t)(y * p->tiles) * BLOCK, prepared,
                       rows * p->tiles);
        for (int r = 0; r < rows; r += 2) {
            size_t window = (size_t)(y + r) / 2 * (size_t)s->pooled[1];
            pool_row(pairs, p, out + window * BLOCK, saved + window, products + (size_t)r * row,
                     prepared + p->bias_at);
        }
    }
}

static void forward(const struct conv_pool_plan *p, float *out, uint8_t *saved, const float *in,
                    const float *prepared, float *scratch)
{
    if (p->taps == 3) {
        forward_taps(2, p, out, saved, in, prepared, scratch);
    } else if (p->taps == 5) {
        forward_taps(3, p, out, saved, in, prepared, scratch);
    } else {
        forward_taps(4, p, out, saved, in, prepared, scratch);
    }
}

// ---- weight gradient ----

// 8 x 8 bits: bit i of byte j becomes bit j of byte i (Warren, "Hacker's
// Delight", 7-3).
static uint64_t transpose_bits(uint64_t x)
{
    uint64_t t = (x ^ (x >> 7)) & UINT64_C(0x00aa00aa00aa00aa);
    x ^= t ^ (t << 7);
    t = (x ^ (x >> 14)) & UINT64_C(0x0000cccc0000cccc);
    x ^= t ^ (t << 14);
    t = (x ^ (x >> 28)) & UINT64_C(0x00000000f0f0f0f0);
    return x ^ t ^ (t << 28);
}

// Byte o of the result: bit i is that of output o in window i.
static uint64_t bits_of_outputs(const uint8_t *windows, int count)
{
    uint64_t x = 0;
    for (int i = 0; i < count; i++) {
        x |= (uint64_t)windows[i] << 8 * i;
    }
    return transpose_bits(x);
}

// Append the entries of one row of windows to the lists of a block's outputs.
// out_gradient and saved point at the row in this block.
static void list_row(const struct conv_pool_plan *p, float *scratch, int n[BLOCK],
                     const float *out_gradient, const uint8_t *saved, int y)
{
    size_t plane = window_count(p) * (size_t)p->out_blocks;
    int width = p->shape.pooled[1];
    int row = p->stage_columns * BLOCK;
    for (int x = 0; x < width; x += VEC8_LANES) {
        int count = width - x < VEC8_LANES ? width - x : VEC8_LANES;
        vec8 g[VEC8_LANES];
        for (int i = 0; i < VEC8_LANES; i++) {
            g[i] = vec8_load(out_gradient + (size_t)(i < count ? x + i : x) * BLOCK);
        }
        vec8_transpose(g);
        uint64_t right = bits_of_outputs(saved + x, count);
        uint64_t low = bits_of_outputs(saved + x + plane, count);
        uint64_t alive = bits_of_outputs(saved + x + 2 * plane, count);
        vec8i place = vec8i_all(2 * y * row + 2 * x * BLOCK) + vec8i_numbers() * (2 * BLOCK);
        for (int o = 0; o < BLOCK; o++) {
            vec8i offset = place
                         + (vec8i_from_bits(right >> 8 * o & 0xff) & vec8i_all(BLOCK))
                         + (vec8i_from_bits(low >> 8 * o & 0xff) & vec8i_all(row));
            size_t list = (size_t)(o * p->list_size);
            n[o] = conv_pool_append((int32_t *)(void *)(scratch + p->offsets_at) + list,
                                    scratch + p->lists_at + list, n[o], alive >> 8 * o & 0xff,
                                    offset, g[o]);
        }
    }
}

static void correlate(const struct conv_pool_plan *p, float *sums, const float *x,
                      const int32_t *offsets, const float *gradients, int n)
{
    int rows = p->shape.size[0];
    size_t stride = (size_t)p->stage_columns * BLOCK;
    if (p->taps == 3) {
        conv_pool_correlate_rows(3, rows, sums, x, stride, offsets, gradients, n);
    } else if (p->taps == 5) {
        conv_pool_correlate_rows(5, rows, sums, x, stride, offsets, gradients, n);
    } else {
        conv_pool_correlate_rows(7, rows, sums, x, stride, offsets, gradients, n);
    }
}

// One band's entries of one block of outputs, by every block of the input.
static void correlate_band(const struct conv_pool_plan *p, float *scratch, int block,
                           const int n[BLOCK])
{
    size_t stage_block = (size_t)(p->stage_rows * p->stage_columns) * BLOCK;
    size_t sums_block = (size_t)(p->shape.size[0] * p->taps) * BLOCK;
    for (int b = 0; b < p->in_blocks; b++) {
        for (int o = 0; o < BLOCK; o++) {
            size_t list = (size_t)(o * p->list_size);
            correlate(p, scratch + (size_t)(block * BLOCK + o) * p->group_size
                             + (size_t)b * sums_block,
                      scratch + p->stage_at + (size_t)b * stage_block,
                      (int32_t *)(void *)(scratch + p->offsets_at) + list,
                      scratch + p->lists_at + list, n[o]);
        }
    }
}

static void weight_gradient(const struct conv_pool_plan *p, const float *in,
                            const float *out_gradient, const uint8_t *saved, float *scratch)
{
    const struct conv_pool_shape *s = &p->shape;
    stage(p, scratch + p->stage_at, in);
    for (int block = 0; block < p->out_blocks; block++) {
        for (int first = 0; first < s->pooled[0]; first += p->band) {
            int end = first + p->band < s->pooled[0] ? first + p->band : s->pooled[0];
            int n[BLOCK] = {0};
            for (int y = first; y < end; y++) {
                size_t at = (size_t)block * window_count(p) + (size_t)(y * s->pooled[1]);
                list_row(p, scratch, n, out_gradient + at * BLOCK, saved + at, y);
            }
            correlate_band(p, scratch, block, n);
            for (int o = 0; o < BLOCK; o++) {
                scratch[p->bias_sums_at + (size_t)(block * BLOCK + o)] += conv_pool_list_sum(
                    scratch + p->lists_at + (size_t)(o * p->list_size), n[o]);
            }
        }
    }
}

// ---- data gradient ----

// The entries of one row of windows, in two lists per window: those whose
// winner is left, and right. An entry's offset is that of its output's weights;
// it begins in the row of zeros where the winner is low, so that both lists
// add to the same rows.
static void list_columns(const struct conv_pool_plan *p, float *scratch,
                         const float *out_gradient, const uint8_t *saved, int y)
{
    const struct conv_pool_shape *s = &p->shape;
    size_t windows = window_count(p);
    size_t plane = windows * (size_t)p->out_blocks;
    size_t room = (size_t)(p->out_blocks + 1) * BLOCK;
    int row = p->taps * BLOCK;
    int kernel = (s->size[0] + 2) * row;
    int32_t *offsets = (int32_t *)(void *)(scratch + p->offsets_at);
    float *gradients = scratch + p->lists_at;
    int32_t *counts = (int32_t *)(void *)(scratch + p->counts_at);
    for (int x = 0; x < s->pooled[1]; x++) {
        int left = 0;
        int right = 0;
        for (int b = 0; b < p->out_blocks; b++) {
            size_t at = (size_t)b * windows + (size_t)(y * s->pooled[1] + x);
            unsigned alive = saved[at + 2 * plane];
            vec8 g = vec8_load(out_gradient + at * BLOCK);
            vec8i offset = (vec8i_numbers() + b * BLOCK) * kernel
                         + (~vec8i_from_bits(saved[at + plane]) & vec8i_all(row));
            left = conv_pool_append(offsets, gradients, left, alive & ~(unsigned)saved[at],
                                    offset, g);
            right = conv_pool_append(offsets + room, gradients + room, right, alive & saved[at],
                                     offset, g);
        }
        *counts++ = left;
        *counts++ = right;
        offsets += 2 * room;
        gradients += 2 * room;
    }
}

// Some kernel rows of one row of windows.
VEC8_INLINE void spread_rows(const int rows, const int taps, const struct conv_pool_plan *p,
                             float *x, const float *w, const float *scratch)
{
    const int32_t *counts = (const int32_t *)(const void *)(scratch + p->counts_at);
    const int32_t *offsets = (const int32_t *)(const void *)(scratch + p->offsets_at);
    const float *gradients = scratch + p->lists_at;
    size_t room = (size_t)(p->out_blocks + 1) * BLOCK;
    for (int i = 0; i < 2 * p->shape.pooled[1]; i++, x += BLOCK) {
        if (counts[i] > 0) {
            conv_pool_spread(rows, taps, x, (size_t)p->stage_columns * BLOCK, w,
                             offsets + (size_t)i * room, gradients + (size_t)i * room, counts[i]);
        }
    }
}

VEC8_INLINE void spread_window_row(const int taps, const struct conv_pool_plan *p, float *x,
                                   const float *w, const float *scratch)
{
    const int most = CONV_POOL_REGISTERS / taps;
    size_t row = (size_t)p->stage_columns * BLOCK;
    int left = p->shape.size[0] + 1;
    for (; left >= most; left -= most, x += (size_t)most * row, w += most * taps * BLOCK) {
        spread_rows(most, taps, p, x, w, scratch);
    }
    for (; left > 0; left--, x += row, w += taps * BLOCK) {
        spread_rows(1, taps, p, x, w, scratch);
    }
}

// The gradient with its padding: [block][row][pixel][8], from zeros.
VEC8_INLINE void spread(const int taps, const struct conv_pool_plan *p, float *x,
                        const float *out_gradient, const uint8_t *saved, const float *weights,
                        float *scratch)
{
    const struct conv_pool_shape *s = &p->shape;
    size_t row = (size_t)p->stage_columns * BLOCK;
    size_t block = (size_t)p->stage_rows * row;
    size_t weights_block = (size_t)(p->out_blocks * BLOCK * (s->size[0] + 2) * taps) * BLOCK;
    for (int y = 0; y < s->pooled[0]; y++) {
        list_columns(p, scratch, out_gradient, saved, y);
        for (int b = 0; b < p->in_blocks; b++) {
            spread_window_row(taps, p, x + (size_t)b * block + 2 * (size_t)y * row,
                              weights + (size_t)b * weights_block, scratch);
        }
    }
}

static void data_gradient(const struct conv_pool_plan *p, float *in_gradient,
                          const float *out_gradient, const uint8_t *saved, const float *prepared,
                          float *scratch)
{
    const struct conv_pool_shape *s = &p->shape;
    size_t row = (size_t)p->stage_columns * BLOCK;
    size_t in_row = (size_t)s->in[1] * BLOCK;
    size_t margin = (size_t)s->padding[1] * BLOCK;
    size_t copy = in_row < row - margin ? in_row : row - margin;
    float *x = scratch + p->gradient_at;
    memset(x, 0, (size_t)(p->in_blocks * p->stage_rows) * row * sizeof *x);
    if (p->taps == 3) {
        spread(3, p, x, out_gradient, saved, prepared + p->spread_at, scratch);
    } else if (p->taps == 5) {
        spread(5, p, x, out_gradient, saved, prepared + p->spread_at, scratch);
    } else {
        spread(7, p, x, out_gradient, saved, prepared + p->spread_at, scratch);
    }
    for (int b = 0; b < p->in_blocks; b++, x += (size_t)p->stage_rows * row) {
        for (int y = 0; y < s->in[0]; y++, in_gradient += in_row) {
            int from = y + s->padding[0];
            size_t seen = from < p->stage_rows ? copy : 0;
            memcpy(in_gradient, x + (size_t)from * row + margin, seen * sizeof *x);
            memset(in_gradient + seen, 0, (in_row - seen) * sizeof *x);
        }
    }
}

const struct conv_pool_kernels VEC8_TABLE(conv_pool_blocked) = {
    .forward = forward,
    .weight_gradient = weight_gradient,
    .data_gradient = data_gradient,
};
