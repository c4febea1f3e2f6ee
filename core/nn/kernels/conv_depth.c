#include "core/nn/kernels/kernel_tables.h"
#include "core/nn/kernels/vec8.h"

enum {
    BLOCK = CONV_DEPTH_BLOCK,
    PLACES = 8, // worked on at a time: as many sums as keep a processor's adders busy
    TAPS = 3,   // of a weight gradient, at a time, each for CHAINS places
    CHAINS = 2,
};

// From .. to-1.
struct span {
    int from;
    int to;
};

static int divide_up(int x, int stride)
{
    return x <= 0 ? 0 : (x - 1) / stride + 1;
}

// The output places that have tap `at` inside of the input.
static struct span inside(const struct window *w, int axis, int at)
{
    int offset = window_place(w, axis, 0, at);
    int from = divide_up(-offset, w->stride[axis]);
    int to = divide_up(w->in[axis] - offset, w->stride[axis]);
    to = to < w->out[axis] ? to : w->out[axis];
    return (struct span){from, to > from ? to : from};
}

// ---- forward ----

// `count` places of the output, from (oy, ox), in a row; the taps from
// weights[0], one `step` floats after the other. With `edge`, taps may lie outside.
VEC8_INLINE void sum_places(const int count, const bool edge, const struct window *w, float *out,
                            const float *in, const float *weights, ptrdiff_t step, vec8 start,
                            int oy, int ox)
{
    vec8 sum[PLACES];
    size_t apart = (size_t)w->stride[1] * BLOCK;
    VEC8_UNROLL
    for (int i = 0; i < count; i++) {
        sum[i] = start;
    }
    for (int ky = 0; ky < w->size[0]; ky++) {
        int y = window_place(w, 0, oy, ky);
        if (y < 0 || y >= w->in[0]) {
            weights += w->size[1] * step;
            continue;
        }
        const float *row = in + (size_t)y * (size_t)w->in[1] * BLOCK;
        for (int kx = 0; kx < w->size[1]; kx++, weights += step) {
            int x = window_place(w, 1, ox, kx);
            if (edge && (x < 0 || x >= w->in[1])) {
                continue;
            }
            vec8 v = vec8_load(weights);
            VEC8_UNROLL
            for (int i = 0; i < count; i++) {
                sum[i] = vec8_fma(vec8_load(row + (size_t)x * BLOCK + (size_t)i * apart), v,
                                  sum[i]);
            }
        }
    }
    VEC8_UNROLL
    for (int i = 0; i < count; i++) {
        vec8_store(out + i * BLOCK, sum[i]);
    }
}

// One block.
static void sweep(const struct window *w, float *out, const float *in, const float *weights,
                  ptrdiff_t step, vec8 start)
{
    int from = inside(w, 1, 0).from;
    int to = inside(w, 1, w->size[1] - 1).to;
    for (int oy = 0; oy < w->out[0]; oy++) {
        int ox = 0;
        while (ox < w->out[1]) {
            if (ox >= from && ox + PLACES <= to) {
                sum_places(PLACES, false, w, out, in, weights, step, start, oy, ox);
                out += PLACES * BLOCK;
                ox += PLACES;
            } else {
                sum_places(1, true, w, out, in, weights, step, start, oy, ox);
                out += BLOCK;
                ox++;
            }
        }
    }
}

// How many floats a block of the input, the output and a table has.
struct sizes {
    size_t in;
    size_t out;
    size_t table;
    int taps;
    int blocks;
};

static struct sizes sizes_of(const struct conv_depth_shape *s)
{
    const struct window *w = &s->window;
    int taps = w->size[0] * w->size[1];
    return (struct sizes){
        .in = (size_t)w->in[0] * (size_t)w->in[1] * BLOCK,
        .out = (size_t)w->out[0] * (size_t)w->out[1] * BLOCK,
        .table = (size_t)(taps + 1) * BLOCK,
        .taps = taps,
        .blocks = (s->channels + BLOCK - 1) / BLOCK,
    };
}

static void forward(const struct conv_depth_shape *s, float *out, const float *in,
                    const float *table)
{
    struct sizes n = sizes_of(s);
    for (int b = 0; b < n.blocks; b++, out += n.out, in += n.in, table += n.table) {
        sweep(&s->window, out, in, table, BLOCK, vec8_load(table + n.taps * BLOCK));
    }
}

// ---- data gradient ----

// The window that the input's places have on the output's gradient where the
// stride is one: the kernel turned round.
static struct window turned(const struct window *w)
{
    struct window t = *w;
    for (int axis = 0; axis < 2; axis++) {
        t.in[axis] = w->out[axis];
        t.out[axis] = w->in[axis];
        t.padding[axis] = (w->size[axis] - 1) * w->dilation[axis] - w->padding[axis];
    }
    return t;
}

// Any stride: each place of the output adds to those it was made of.
static void scatter(const struct window *w, float *dx, const float *dy, const float *weights)
{
    memset(dx, 0, (size_t)w->in[0] * (size_t)w->in[1] * BLOCK * sizeof *dx);
    for (int ky = 0; ky < w->size[0]; ky++) {
        struct span rows = inside(w, 0, ky);
        for (int kx = 0; kx < w->size[1]; kx++, weights += BLOCK) {
            struct span columns = inside(w, 1, kx);
            vec8 v = vec8_load(weights);
            for (int oy = rows.from; oy < rows.to; oy++) {
                int y = window_place(w, 0, oy, ky);
                for (int ox = columns.from; ox < columns.to; ox++) {
                    int x = window_place(w, 1, ox, kx);
                    float *to = dx + ((size_t)y * (size_t)w->in[1] + (size_t)x) * BLOCK;
                    vec8 g = vec8_load(dy + ((size_t)oy * (size_t)w->out[1] + (size_t)ox) * BLOCK);
                    vec8_store(to, vec8_fma(g, v, vec8_load(to)));
                }
            }
        }
    }
}

static void data_gradient(const struct conv_depth_shape *s, float *dx, const float *dy,
                          const float *table)
{
    struct sizes n = sizes_of(s);
    bool plain = s->window.stride[0] == 1 && s->window.stride[1] == 1;
    struct window back = turned(&s->window);
    for (int b = 0; b < n.blocks; b++, dx += n.in, dy += n.out, table += n.table) {
        if (plain) {
            sweep(&back, dx, dy, table + (n.taps - 1) * BLOCK, -BLOCK, (vec8){0});
        } else {
            scatter(&s->window, dx, dy, table);
        }
    }
}

// ---- weight gradient ----

// sums[taps] += the gradients of a row's places `from` to `to` times what taps kx,
// kx + 1, .. read there: for `taps` taps.
VEC8_INLINE void correlate(const int taps, const struct window *w, float *sums, const float *row,
                           const float *dy, struct span at, int kx)
{
    if (at.from >= at.to) {
        return;
    }
    vec8 sum[TAPS][CHAINS] = {{{0}}};
    size_t apart = (size_t)w->stride[1] * BLOCK;
    size_t tap = (size_t)w->dilation[1] * BLOCK;
    int ox = at.from;
    const float *x = row + (ptrdiff_t)window_place(w, 1, ox, kx) * BLOCK;
    dy += (size_t)ox * BLOCK;
    for (; ox + CHAINS <= at.to; ox += CHAINS, x += CHAINS * apart, dy += CHAINS * BLOCK) {
        VEC8_UNROLL
        for (int c = 0; c < CHAINS; c++) {
            vec8 g = vec8_load(dy + c * BLOCK);
            VEC8_UNROLL
            for (int t = 0; t < taps; t++) {
                vec8 v = vec8_load(x + (size_t)c * apart + (size_t)t * tap);
                sum[t][c] = vec8_fma(g, v, sum[t][c]);
            }
        }
    }
    if (ox < at.to) {
        vec8 g = vec8_load(dy);
        VEC8_UNROLL
        for (int t = 0; t < taps; t++) {
            sum[t][0] = vec8_fma(g, vec8_load(x + (size_t)t * tap), sum[t][0]);
        }
    }
    VEC8_UNROLL
    for (int t = 0; t < taps; t++) {
        vec8_store(sums + t * BLOCK, vec8_load(sums + t * BLOCK) + (sum[t][0] + sum[t][1]));
    }
}

// All taps of one row of the kernel, for one row of the output: TAPS at a time where
// they are inside together, and then what each has besides. The first of them is
// the last to come inside, the last one the first to leave.
static void correlate_row(const struct window *w, float *sums, const float *row, const float *dy)
{
    int kx = 0;
    for (; kx + TAPS <= w->size[1]; kx += TAPS) {
        struct span first = inside(w, 1, kx);
        struct span last = inside(w, 1, kx + TAPS - 1);
        struct span all = {first.from, last.to > first.from ? last.to : first.from};
        correlate(TAPS, w, sums + kx * BLOCK, row, dy, all, kx);
        for (int t = 0; t < TAPS; t++) {
            struct span own = inside(w, 1, kx + t);
            struct span before = {own.from, all.from < own.to ? all.from : own.to};
            struct span after = {all.to > own.from ? all.to : own.from, own.to};
            correlate(1, w, sums + (kx + t) * BLOCK, row, dy, before, kx + t);
            correlate(1, w, sums + (kx + t) * BLOCK, row, dy, after, kx + t);
        }
    }
    for (; kx < w->size[1]; kx++) {
        correlate(1, w, sums + kx * BLOCK, row, dy, inside(w, 1, kx), kx);
    }
}

static void weight_gradient(const struct conv_depth_shape *s, float *sums, const float *in,
                            const float *dy)
{
    const struct window *w = &s->window;
    struct sizes n = sizes_of(s);
    size_t in_row = (size_t)w->in[1] * BLOCK;
    size_t out_row = (size_t)w->out[1] * BLOCK;
    for (int b = 0; b < n.blocks; b++, in += n.in, dy += n.out, sums += n.table) {
        for (int ky = 0; ky < w->size[0]; ky++) {
            struct span rows = inside(w, 0, ky);
            for (int oy = rows.from; oy < rows.to; oy++) {
                correlate_row(w, sums + ky * w->size[1] * BLOCK,
                              in + (size_t)window_place(w, 0, oy, ky) * in_row,
                              dy + (size_t)oy * out_row);
            }
        }
        vec8 sum = {0};
        for (size_t i = 0; i < n.out; i += BLOCK) {
            sum += vec8_load(dy + i);
        }
        float *bias = sums + n.taps * BLOCK;
        vec8_store(bias, vec8_load(bias) + sum);
    }
}

const struct conv_depth_kernels VEC8_TABLE(conv_depth) = {forward, weight_gradient, data_gradient};
