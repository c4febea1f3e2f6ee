#include "core/nn/kernels/conv_dense_rows.h"

#include "core/nn/kernels/kernel_tables.h"
#include "core/nn/kernels/winograd.h"

/* Lanes are channels; see conv_dense_rows.h. What one point sees of the input is
 * [depth][row][tile][8], `point_size` floats; its products, and gradients of
 * them, are [row][tile][blocks][8], `product_size` floats. */

enum {
    BLOCK = CONV_DENSE_BLOCK,
    OF_TWO = 6, // tiles, or weights, worked on at a time with two blocks of outputs,
    OF_ONE = 8, // and with one: as many sums as keep a processor's adders busy
    TAIL = 4,   // and as few as nearly do
};

// ---- between places and points ----

// The input of output rows y to y + rows.
VEC8_INLINE void input_of(const int pairs, const struct conv_sweep *s, float *points,
                          const float *staged, int y, int rows)
{
    enum { MANY = WINOGRAD_POINTS_MAX };
    int high = rows + (s->phases[0][0].taps - 1) * s->tap_step[0];
    for (int b = 0; b < s->depth; b++) {
        float *to = points + (size_t)b * s->depth_size;
        for (int r = 0; r < high; r++) {
            int row = b * s->stage[0] + s->phases[0][0].from + y + r;
            const float *from = staged
                              + ((size_t)row * (size_t)s->stage[1]
                                 + (size_t)s->phases[1][0].from) * BLOCK;
            for (int t = 0; t < s->tiles; t++, from += WINOGRAD_OUT * BLOCK, to += BLOCK) {
                vec8 in[MANY];
                vec8 v[MANY];
                VEC8_UNROLL
                for (int i = 0; i < 2 * pairs + 2; i++) {
                    in[i] = vec8_load(from + i * BLOCK);
                }
                winograd_input(pairs, v, in);
                VEC8_UNROLL
                for (int i = 0; i < 2 * pairs + 2; i++) {
                    vec8_store(to + (size_t)i * s->point_size, v[i]);
                }
            }
        }
    }
}

// What becomes of the products: output rows y to y + rows of some blocks.
struct sink {
    float *out;
    const float *add;  // or NULL
    const float *bias; // or NULL
    bool relu;
};

VEC8_INLINE void output_of(const int pairs, const struct conv_sweep *s, const struct sink *sink,
                           const float *products, int blocks, int y, int rows)
{
    size_t block = (size_t)s->out[0] * (size_t)s->out[1] * BLOCK;
    for (int k = 0; k < blocks; k++) {
        const float *from = products + k * BLOCK;
        vec8 bias = sink->bias ? vec8_load(sink->bias + k * BLOCK) : (vec8){0};
        for (int r = y; r < y + rows; r++) {
            size_t at = (size_t)k * block + (size_t)r * (size_t)s->out[1] * BLOCK;
            for (int x = 0; x < s->out[1]; x += WINOGRAD_OUT, from += blocks * BLOCK) {
                vec8 out[WINOGRAD_OUT];
                winograd_output(pairs, out, from, s->product_size);
                VEC8_UNROLL
                for (int m = 0; m < WINOGRAD_OUT; m++) {
                    vec8 v = out[m] + bias;
                    if (x + m >= s->out[1]) {
                        break;
                    }
                    v = sink->add ? v + vec8_load(sink->add + at) : v;
                    v = sink->relu ? (vec8)((vec8i)v & ~(v < (vec8){0})) : v;
                    vec8_store(sink->out + at, v);
                    at += BLOCK;
                }
            }
        }
    }
}

// The gradients of the products from those of the output.
VEC8_INLINE void gradient_of(const int pairs, const struct conv_sweep *s, float *products,
                             const float *gradients, int blocks, int y, int rows)
{
    size_t block = (size_t)s->out[0] * (size_t)s->out[1] * BLOCK;
    for (int k = 0; k < blocks; k++) {
        float *to = products + k * BLOCK;
        for (int r = y; r < y + rows; r++) {
            const float *from = gradients + (size_t)k * block
                              + (size_t)r * (size_t)s->out[1] * BLOCK;
            for (int x = 0; x < s->out[1]; x += WINOGRAD_OUT, to += blocks * BLOCK) {
                vec8 g[WINOGRAD_OUT];
                vec8 v[WINOGRAD_POINTS_MAX];
                VEC8_UNROLL
                for (int m = 0; m < WINOGRAD_OUT; m++) {
                    bool exists = x + m < s->out[1];
                    g[m] = exists ? vec8_load(from + (x + m) * BLOCK) : (vec8){0};
                }
                winograd_output_back(pairs, v, g);
                VEC8_UNROLL
                for (int i = 0; i < 2 * pairs + 2; i++) {
                    vec8_store(to + (size_t)i * s->product_size, v[i]);
                }
            }
        }
    }
}

static void to_points(const struct conv_sweep *s, float *points, const float *staged, int y,
                      int rows)
{
    if (s->points == 6) {
        input_of(2, s, points, staged, y, rows);
    } else {
        input_of(3, s, points, staged, y, rows);
    }
}

static void from_products(const struct conv_sweep *s, const struct sink *sink,
                          const float *products, int blocks, int y, int rows)
{
    if (s->points == 6) {
        output_of(2, s, sink, products, blocks, y, rows);
    } else {
        output_of(3, s, sink, products, blocks, y, rows);
    }
}

static void to_products(const struct conv_sweep *s, float *products, const float *gradients,
                        int blocks, int y, int rows)
{
    if (s->points == 6) {
        gradient_of(2, s, products, gradients, blocks, y, rows);
    } else {
        gradient_of(3, s, products, gradients, blocks, y, rows);
    }
}

// ---- sweeps ----

// One point's products of `tiles` tiles with `blocks` blocks of outputs.
VEC8_INLINE void multiply(const int blocks, const int tiles, const struct conv_sweep *s,
                          float *products, const float *in, const float *weights)
{
    vec8 sum[OF_TWO * 2];
    size_t tap = (size_t)(s->tap_step[0] * s->tiles) * BLOCK;
    VEC8_UNROLL
    for (int i = 0; i < tiles * blocks; i++) {
        sum[i] = (vec8){0};
    }
    for (int b = 0; b < s->depth; b++) {
        const float *from = in + (size_t)b * s->depth_size;
        for (int y = 0; y < s->phases[0][0].taps; y++, from += tap) {
            VEC8_UNROLL
            for (int c = 0; c < BLOCK; c++) {
                vec8 w[2];
                VEC8_UNROLL
                for (int k = 0; k < blocks; k++) {
                    w[k] = vec8_load(weights + (c * blocks + k) * BLOCK);
                }
                VEC8_UNROLL
                for (int t = 0; t < tiles; t++) {
                    vec8 a = vec8_all(from[t * BLOCK + c]);
                    VEC8_UNROLL
                    for (int k = 0; k < blocks; k++) {
                        sum[t * blocks + k] = vec8_fma(a, w[k], sum[t * blocks + k]);
                    }
                }
            }
            weights += blocks * BLOCK * BLOCK;
        }
    }
    VEC8_UNROLL
    for (int i = 0; i < tiles * blocks; i++) {
        vec8_store(products + i * BLOCK, sum[i]);
    }
}

// The last group may have tiles that are not there: both arrays have room for
// them, and nobody looks at what comes out.
VEC8_INLINE void multiply_groups(const int blocks, const int group, const struct conv_sweep *s,
                                 float *products, const float *in, const float *weights,
                                 int tiles)
{
    size_t each = (size_t)(blocks * BLOCK);
    int t = 0;
    for (; tiles - t > TAIL; t += group) {
        multiply(blocks, group, s, products + (size_t)t * each, in + t * BLOCK, weights);
    }
    if (t < tiles) {
        multiply(blocks, TAIL, s, products + (size_t)t * each, in + t * BLOCK, weights);
    }
}

static void sweep(const struct conv_dense_plan *p, const struct conv_sweep *s, float *out,
                  const float *staged, const float *weights, const float *bias,
                  const struct conv_finish *end, float *scratch)
{
    float *points = scratch + p->points_at;
    float *products = scratch + p->products_at;
    size_t block = (size_t)s->out[0] * (size_t)s->out[1] * BLOCK;
    size_t point = (size_t)(s->depth * s->phases[0][0].taps) * BLOCK * BLOCK;
    for (int y = 0; y < s->out[0]; y += s->band) {
        int rows = s->out[0] - y < s->band ? s->out[0] - y : s->band;
        const float *w = weights;
        to_points(s, points, staged, y, rows);
        for (int b = 0; b < s->blocks; b += 2) {
            int blocks = b + 1 < s->blocks ? 2 : 1;
            for (int i = 0; i < s->points; i++, w += (size_t)blocks * point) {
                float *to = products + (size_t)i * s->product_size;
                const float *from = points + (size_t)i * s->point_size;
                if (blocks == 2) {
                    multiply_groups(2, OF_TWO, s, to, from, w, rows * s->tiles);
                } else {
                    multiply_groups(1, OF_ONE, s, to, from, w, rows * s->tiles);
                }
            }
            struct sink sink = {
                .out = out + (size_t)b * block,
                .add = end && end->add ? end->add + (size_t)b * block : NULL,
                .bias = bias ? bias + b * BLOCK : NULL,
                .relu = end && end->relu,
            };
            from_products(s, &sink, products, blocks, y, rows);
        }
    }
}

// ---- weight gradient ----

// sums[entry][block] += the sum over the tiles of what the entry reads there, from
// `from`, times the gradients of one point.
VEC8_INLINE void correlate(const int blocks, const int entries, float *sums,
                           const float *const from[], const float *gradients, int tiles)
{
    vec8 sum[OF_TWO * 2];
    VEC8_UNROLL
    for (int i = 0; i < entries * blocks; i++) {
        sum[i] = vec8_load(sums + i * BLOCK);
    }
    for (size_t at = 0; at < (size_t)tiles * BLOCK; at += BLOCK, gradients += blocks * BLOCK) {
        vec8 g[2];
        VEC8_UNROLL
        for (int k = 0; k < blocks; k++) {
            g[k] = vec8_load(gradients + k * BLOCK);
        }
        VEC8_UNROLL
        for (int e = 0; e < entries; e++) {
            vec8 a = vec8_all(from[e][at]);
            VEC8_UNROLL
            for (int k = 0; k < blocks; k++) {
                sum[e * blocks + k] = vec8_fma(a, g[k], sum[e * blocks + k]);
            }
        }
    }
    VEC8_UNROLL
    for (int i = 0; i < entries * blocks; i++) {
        vec8_store(sums + i * BLOCK, sum[i]);
    }
}

// One of a point's entries, [depth][taps 0][8], while they are gone through: to divide
// their numbers instead made the gradient of an output of 8x8 places a tenth slower.
struct entry_walk {
    const float *block; // of the depth that it is in
    const float *row;   // of the tap
    int tap;
    int lane;
};

VEC8_INLINE void walk_on(struct entry_walk *walk, const struct conv_sweep *s)
{
    if (++walk->lane < BLOCK) {
        return;
    }
    walk->lane = 0;
    walk->row += (size_t)(s->tap_step[0] * s->tiles) * BLOCK;
    if (++walk->tap == s->phases[0][0].taps) {
        walk->tap = 0;
        walk->block += s->depth_size;
        walk->row = walk->block;
    }
}

// One point's entries; there are sums for a few more than there are, which repeat the
// last one.
VEC8_INLINE void correlate_entries(const int blocks, const int group,
                                   const struct conv_dense_plan *p, float *sums,
                                   const float *in, const float *gradients, int tiles)
{
    const struct conv_sweep *s = &p->forward;
    int last = s->depth * s->phases[0][0].taps * BLOCK - 1;
    struct entry_walk walk = {.block = in, .row = in};
    for (int e = 0; e <= last; e += group) {
        const float *from[OF_ONE];
        for (int i = 0; i < group; i++) {
            from[i] = walk.row + walk.lane;
            if (e + i < last) {
                walk_on(&walk, s);
            }
        }
        correlate(blocks, group, sums + (size_t)(e * blocks) * BLOCK, from, gradients, tiles);
    }
}

static void weight_gradient(const struct conv_dense_plan *p, const float *staged,
                            const float *out_gradient, float *scratch)
{
    const struct conv_sweep *s = &p->forward;
    float *points = scratch + p->points_at;
    float *products = scratch + p->products_at;
    size_t block = (size_t)s->out[0] * (size_t)s->out[1] * BLOCK;
    for (int y = 0; y < s->out[0]; y += s->band) {
        int rows = s->out[0] - y < s->band ? s->out[0] - y : s->band;
        to_points(s, points, staged, y, rows);
        for (int b = 0; b < s->blocks; b += 2) {
            int blocks = b + 1 < s->blocks ? 2 : 1;
            float *sums = scratch + (size_t)(b / 2) * p->sums_size;
            to_products(s, products, out_gradient + (size_t)b * block, blocks, y, rows);
            for (int i = 0; i < s->points; i++) {
                const float *from = points + (size_t)i * s->point_size;
                const float *gradients = products + (size_t)i * s->product_size;
                float *to = sums + (size_t)(i * p->entries * blocks) * BLOCK;
                if (blocks == 2) {
                    correlate_entries(2, OF_TWO, p, to, from, gradients, rows * s->tiles);
                } else {
                    correlate_entries(1, OF_ONE, p, to, from, gradients, rows * s->tiles);
                }
            }
        }
    }
}

const struct conv_rows_kernels VEC8_TABLE(conv_rows) = {sweep, weight_gradient};
