#include "core/nn/kernels/kernel_tables.h"

#include "core/nn/kernels/conv_pool_parts.h"
#include "core/nn/kernels/winograd.h"

/* The input is planes of few channels. Lanes are eight tiles of a row, so that
 * a tile's four outputs, and the two windows they belong to, are in the same
 * lane of different vectors. */

enum {
    BLOCK = CONV_POOL_BLOCK,
    OUTPUTS = VEC8_REGISTERS / 4, // multiplied at a time,
    VECTORS = 3,                  // with so many vectors of tiles
    TILES = VECTORS * VEC8_LANES,
    PARITIES = 2, // even and odd windows
    MASKS = 3,    // bytes per output: winner is right, winner is low, alive
};

// ---- forward ----

// Transform one row of pixels into tiles of every point. Writes up to seven
// tiles too many.
VEC8_INLINE void transform_row(const int pairs, float *to, size_t point, const float *pixels,
                               int tiles)
{
    vec8 phase[8];
    vec8_load_phases(phase, pixels);
    for (int t = 0; t < tiles; t += VEC8_LANES) {
        vec8 in[12];
        vec8 out[WINOGRAD_POINTS_MAX];
        vec8_load_phases(phase + 4, pixels + 4 * t + 32);
#pragma GCC unroll 4
        for (int j = 0; j < 4; j++) {
            in[j] = phase[j];
            in[j + 4] = vec8_slide1(phase[j], phase[j + 4]);
            in[j + 8] = vec8_slide2(phase[j], phase[j + 4]);
            phase[j] = phase[j + 4];
        }
        winograd_input(pairs, out, in);
#pragma GCC unroll 10
        for (int i = 0; i < 2 * pairs + 2; i++) {
            vec8_store(to + (size_t)i * point + t, out[i]);
        }
    }
}

// Rows first .. end-1 of the padded input, all channels: [point][channel][row]
// [tile]. In rising order, as each row runs over into the next.
VEC8_INLINE void transform_rows(const int pairs, const struct conv_pool_plan *p, float *to,
                                const float *in, float *line, int first, int end)
{
    const struct conv_pool_shape *s = &p->shape;
    size_t width = (size_t)s->in[1];
    size_t all = (size_t)s->channels * (size_t)s->in[0] * width;
    size_t read = (size_t)(p->tiles + 7) / 8 * 32 + 32; // by transform_row()
    int columns = 4 * p->tiles + p->taps - 1;
    bool whole = s->padding[1] == 0 && columns <= s->in[1];
    int seen = columns - s->padding[1];
    size_t copy = (size_t)(seen < s->in[1] ? seen : s->in[1]);
    for (int c = 0; c < s->channels; c++) {
        for (int y = first; y < end; y++) {
            int iy = y - s->padding[0];
            bool inside = iy >= 0 && iy < s->in[0];
            size_t at = inside ? ((size_t)c * (size_t)s->in[0] + (size_t)iy) * width : 0;
            const float *from = in + at;
            if (!inside || !whole || at + read > all) {
                if (inside) {
                    memcpy(line + s->padding[1], from, copy * sizeof *line);
                } else {
                    memset(line + s->padding[1], 0, copy * sizeof *line);
                }
                from = line;
            }
            transform_row(pairs, to + (size_t)c * p->channel_size + (size_t)y * (size_t)p->tiles,
                          p->point_size, from, p->tiles);
        }
    }
}

// products[output][...] of OUTPUTS outputs and three vectors of tiles.
static void multiply(const struct conv_pool_plan *p, float *products, const float *in,
                     const float *weights)
{
    const struct conv_pool_shape *s = &p->shape;
    size_t row = (size_t)p->tiles;
    size_t channel = p->channel_size - (size_t)s->size[0] * row;
    vec8 sum[OUTPUTS][VECTORS] = {{{0}}};
    for (int c = 0; c < s->channels; c++, in += channel) {
        for (int y = 0; y < s->size[0]; y++, in += row, weights += BLOCK) {
            vec8 x[VECTORS];
#pragma GCC unroll 3
            for (int v = 0; v < VECTORS; v++) {
                x[v] = vec8_load(in + v * VEC8_LANES);
            }
#pragma GCC unroll 8
            for (int o = 0; o < OUTPUTS; o++) {
                vec8 w = vec8_all(weights[o]);
#pragma GCC unroll 3
                for (int v = 0; v < VECTORS; v++) {
                    sum[o][v] = vec8_fma(w, x[v], sum[o][v]);
                }
            }
        }
    }
    size_t output = (size_t)p->points * p->chunk_tiles;
#pragma GCC unroll 8
    for (int o = 0; o < OUTPUTS; o++) {
#pragma GCC unroll 3
        for (int v = 0; v < VECTORS; v++) {
            vec8_store(products + (size_t)o * output + v * VEC8_LANES, sum[o][v]);
        }
    }
}

// All products of `tiles` tiles: [output][point][tile]. The last group may
// compute some of the one before again, to the same values.
static void multiply_chunk(const struct conv_pool_plan *p, float *products, const float *in,
                           const float *weights, int tiles)
{
    for (int i = 0; i < p->points; i++) {
        for (int o = 0; o < p->out_blocks * BLOCK; o += OUTPUTS) {
            const float *w = weights + o % BLOCK
                           + (size_t)(i * p->out_blocks + o / BLOCK) * (size_t)p->depth * BLOCK;
            float *to = products + (size_t)(o * p->points + i) * p->chunk_tiles;
            for (int t = 0; t < tiles; t += TILES) {
                int at = t + TILES > tiles && tiles > TILES ? tiles - TILES : t;
                multiply(p, to + at, in + (size_t)i * p->point_size + at, w);
            }
        }
    }
}

// Eight windows of one output.
VEC8_INLINE vec8 pool(uint8_t saved[MASKS], vec8 bias, vec8 a, vec8 b, vec8 c, vec8 d)
{
    struct conv_pool_winners w = conv_pool_choose(a, b, c, d, bias);
    saved[0] = w.right;
    saved[1] = w.low;
    saved[2] = w.alive;
    return w.value;
}

// The first tile of the eight that stand at t: the last eight of a row overlap
// the ones before.
static int first_tile(const struct conv_pool_plan *p, int t)
{
    return t + VEC8_LANES > p->tiles && p->tiles > VEC8_LANES ? p->tiles - VEC8_LANES : t;
}

// One row of windows out of two rows of products. out points at the row in the
// first block. saved: [eight tiles][block][parity][output][3].
VEC8_INLINE void pool_row(const int pairs, const struct conv_pool_plan *p, float *out,
                          uint8_t *saved, const float *products, const float *bias)
{
    int width = p->shape.pooled[1];
    size_t plane = (size_t)p->shape.pooled[0] * (size_t)width * BLOCK;
    for (int t = 0; t < p->tiles; t += VEC8_LANES) {
        int first = first_tile(p, t);
        int count = p->tiles - first < VEC8_LANES ? p->tiles - first : VEC8_LANES;
        for (int b = 0; b < p->out_blocks; b++, saved += PARITIES * BLOCK * MASKS) {
            vec8 even[BLOCK];
            vec8 odd[BLOCK];
#pragma GCC unroll 1
            for (int o = 0; o < BLOCK; o++) {
                vec8 top[WINOGRAD_OUT];
                vec8 low[WINOGRAD_OUT];
                vec8 add = vec8_all(bias[b * BLOCK + o]);
                const float *from = products + first
                                  + (size_t)((b * BLOCK + o) * p->points) * p->chunk_tiles;
                winograd_output(pairs, top, from, p->chunk_tiles);
                winograd_output(pairs, low, from + p->tiles, p->chunk_tiles);
                even[o] = pool(saved + o * MASKS, add, top[0], top[1], low[0], low[1]);
                odd[o] = pool(saved + (BLOCK + o) * MASKS, add, top[2], top[3], low[2], low[3]);
            }
            vec8_transpose(even);
            vec8_transpose(odd);
            float *to = out + (size_t)b * plane + (size_t)first * PARITIES * BLOCK;
            for (int i = 0; i < count; i++, to += PARITIES * BLOCK) {
                vec8_store(to, even[i]);
                if (PARITIES * (first + i) + 1 < width) {
                    vec8_store(to + BLOCK, odd[i]);
                }
            }
        }
    }
}

static size_t saved_row(const struct conv_pool_plan *p)
{
    return (size_t)((p->tiles + 7) / 8 * p->out_blocks) * PARITIES * BLOCK * MASKS;
}

VEC8_INLINE void forward_taps(const int pairs, const struct conv_pool_plan *p, float *out,
                              uint8_t *saved, const float *in, const float *prepared,
                              float *scratch)
{
    const struct conv_pool_shape *s = &p->shape;
    float *line = scratch + p->stage_at;
    float *transformed = scratch + p->transformed_at;
    float *products = scratch + p->products_at;
    int done = 0; // rows transformed
    memset(line, 0, (size_t)(p->tiles + 24) * 4 * sizeof *line);
    for (int y = 0; y < p->rows; y += p->chunk_rows) {
        int rows = p->rows - y < p->chunk_rows ? p->rows - y : p->chunk_rows;
        transform_rows(pairs, p, transformed, in, line, done, y + rows + s->size[0] - 1);
        done = y + rows + s->size[0] - 1;
        multiply_chunk(p, products, transformed + (size_t)y * (size_t)p->tiles, prepared,
                       rows * p->tiles);
        for (int r = 0; r < rows; r += 2) {
            size_t row = (size_t)(y + r) / 2;
            pool_row(pairs, p, out + row * (size_t)s->pooled[1] * BLOCK,
                     saved + row * saved_row(p), products + (size_t)r * (size_t)p->tiles,
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

// ---- backward ----

// Eight pixels of all planes, pixel by pixel.
VEC8_INLINE void interleave(const int channels, float *to, const float *in, size_t plane)
{
    vec8i x[CONV_POOL_PLANES_MAX];
#pragma GCC unroll 4
    for (int c = 0; c < channels; c++) {
        x[c] = (vec8i)vec8_load(in + (size_t)c * plane);
    }
#pragma GCC unroll 4
    for (int j = 0; j < channels; j++) {
        vec8i out = {0};
#pragma GCC unroll 4
        for (int c = 0; c < channels; c++) {
            vec8i pixel;
            vec8i mine;
#pragma GCC unroll 8
            for (int lane = 0; lane < VEC8_LANES; lane++) {
                pixel[lane] = (j * VEC8_LANES + lane) / channels;
                mine[lane] = (j * VEC8_LANES + lane) % channels == c ? -1 : 0;
            }
            out = vec8i_select(mine, vec8i_permute(x[c], pixel), out);
        }
        vec8_store(to + j * VEC8_LANES, (vec8)out);
    }
}

VEC8_INLINE void interleave_row(const int channels, float *to, const float *in, size_t plane,
                                int width)
{
    int x = 0;
    for (; x + VEC8_LANES <= width; x += VEC8_LANES) {
        interleave(channels, to + x * channels, in + x, plane);
    }
    for (; x < width; x++) {
        for (int c = 0; c < channels; c++) {
            to[x * channels + c] = in[(size_t)c * plane + (size_t)x];
        }
    }
}

// The padded input, [row][pixel][channel].
static void stage(const struct conv_pool_plan *p, float *to, const float *in)
{
    const struct conv_pool_shape *s = &p->shape;
    size_t plane = (size_t)s->in[0] * (size_t)s->in[1];
    int margin = s->padding[1] * s->channels;
    int seen = 4 * p->tiles + p->taps - 1 - s->padding[1];
    int width = seen < s->in[1] ? seen : s->in[1];
    int done = margin + width * s->channels;
    for (int y = 0; y < p->stage_rows; y++, to += p->stage_columns) {
        int iy = y - s->padding[0];
        if (iy < 0 || iy >= s->in[0]) {
            memset(to, 0, (size_t)p->stage_columns * sizeof *to);
            continue;
        }
        const float *from = in + (size_t)iy * (size_t)s->in[1];
        memset(to, 0, (size_t)margin * sizeof *to);
        if (s->channels == 1) {
            interleave_row(1, to + margin, from, plane, width);
        } else if (s->channels == 2) {
            interleave_row(2, to + margin, from, plane, width);
        } else if (s->channels == 3) {
            interleave_row(3, to + margin, from, plane, width);
        } else {
            interleave_row(4, to + margin, from, plane, width);
        }
        memset(to + done, 0, (size_t)(p->stage_columns - done) * sizeof *to);
    }
}

// Append the entries of the windows of one parity at `first` tile and the seven
// behind it to the lists of a block's outputs.
static void list_windows(const struct conv_pool_plan *p, float *scratch, int n[BLOCK],
                         const float *out_gradient, const uint8_t *saved, int y, int first,
                         int parity, unsigned valid)
{
    const struct conv_pool_shape *s = &p->shape;
    int c = s->channels;
    vec8 g[VEC8_LANES];
    for (int i = 0; i < VEC8_LANES; i++) {
        int x = PARITIES * (first + i) + parity;
        if (x >= s->pooled[1]) {
            x = s->pooled[1] - 1;
            valid &= ~(1u << i);
        }
        g[i] = vec8_load(out_gradient + (size_t)x * BLOCK);
    }
    vec8_transpose(g);
    int start = 2 * y * p->stage_columns + 2 * (PARITIES * first + parity) * c;
    vec8i place = vec8i_all(start) + vec8i_numbers() * (2 * PARITIES * c);
    for (int o = 0; o < BLOCK; o++, saved += MASKS) {
        vec8i offset = place + (vec8i_from_bits(saved[0]) & vec8i_all(c))
                     + (vec8i_from_bits(saved[1]) & vec8i_all(p->stage_columns));
        size_t list = (size_t)(o * p->list_size);
        n[o] = conv_pool_append((int32_t *)(void *)(scratch + p->offsets_at) + list,
                                scratch + p->lists_at + list, n[o], saved[2] & valid, offset,
                                g[o]);
    }
}

// The entries of rows first .. end-1 of the windows, for one block of outputs.
static void list_band(const struct conv_pool_plan *p, float *scratch, int n[BLOCK],
                      const float *out_gradient, const uint8_t *saved, int block, int first_row,
                      int end)
{
    const struct conv_pool_shape *s = &p->shape;
    size_t rows = (size_t)(block * s->pooled[0]);
    for (int y = first_row; y < end; y++) {
        const float *row = out_gradient + (rows + (size_t)y) * (size_t)s->pooled[1] * BLOCK;
        const uint8_t *masks = saved + (size_t)y * saved_row(p)
                             + (size_t)block * PARITIES * BLOCK * MASKS;
        for (int t = 0; t < p->tiles; t += VEC8_LANES) {
            int first = first_tile(p, t);
            unsigned valid = 0xffu << (t - first) & 0xffu;
            for (int parity = 0; parity < PARITIES; parity++, masks += BLOCK * MASKS) {
                list_windows(p, scratch, n, row, masks, y, first, parity, valid);
            }
            masks += (size_t)(p->out_blocks - 1) * PARITIES * BLOCK * MASKS;
        }
    }
}

static void correlate(const struct conv_pool_plan *p, float *sums, const float *x,
                      const int32_t *offsets, const float *gradients, int n)
{
    int rows = p->shape.size[0];
    size_t stride = (size_t)p->stage_columns;
    switch (p->segment) {
    case 1:
        conv_pool_correlate_rows(1, rows, sums, x, stride, offsets, gradients, n);
        break;
    case 2:
        conv_pool_correlate_rows(2, rows, sums, x, stride, offsets, gradients, n);
        break;
    case 3:
        conv_pool_correlate_rows(3, rows, sums, x, stride, offsets, gradients, n);
        break;
    default:
        conv_pool_correlate_rows(4, rows, sums, x, stride, offsets, gradients, n);
        break;
    }
}

static void weight_gradient(const struct conv_pool_plan *p, const float *in,
                            const float *out_gradient, const uint8_t *saved, float *scratch)
{
    const struct conv_pool_shape *s = &p->shape;
    stage(p, scratch + p->stage_at, in);
    for (int block = 0; block < p->out_blocks; block++) {
        for (int y = 0; y < s->pooled[0]; y += p->band) {
            int n[BLOCK] = {0};
            int end = y + p->band < s->pooled[0] ? y + p->band : s->pooled[0];
            list_band(p, scratch, n, out_gradient, saved, block, y, end);
            for (int o = 0; o < BLOCK; o++) {
                size_t list = (size_t)(o * p->list_size);
                size_t output = (size_t)(block * BLOCK + o);
                float *gradients = scratch + p->lists_at + list;
                correlate(p, scratch + output * p->group_size, scratch + p->stage_at,
                          (int32_t *)(void *)(scratch + p->offsets_at) + list, gradients, n[o]);
                scratch[p->bias_sums_at + output] += conv_pool_list_sum(gradients, n[o]);
            }
        }
    }
}

const struct conv_pool_kernels VEC8_TABLE(conv_pool_planar) = {
    .forward = forward,
    .weight_gradient = weight_gradient,
};
