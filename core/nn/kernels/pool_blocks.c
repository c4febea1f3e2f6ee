#include "core/nn/kernels/kernel_tables.h"
#include "core/nn/kernels/vec8.h"

/* Pooling of one block of eight channels, [pixels][8]. */

enum { BLOCK = VEC8_LANES };

// Places of a window along an axis, from output place `out`: those inside.
struct span {
    int first; // input place
    int end;
};

// The input places first, first + dilation, .. below end.
static struct span inside(const struct window *w, int axis, int out)
{
    struct span span = {window_place(w, axis, out, 0), window_place(w, axis, out, w->size[axis])};
    while (span.first < 0) {
        span.first += w->dilation[axis];
    }
    span.end = span.end < w->in[axis] ? span.end : w->in[axis];
    return span;
}

static void max(float *y, int32_t *where, const float *x, const struct window *w)
{
    for (int oy = 0; oy < w->out[0]; oy++) {
        struct span rows = inside(w, 0, oy);
        for (int ox = 0; ox < w->out[1]; ox++, y += BLOCK, where += BLOCK) {
            struct span columns = inside(w, 1, ox);
            int first = rows.first * w->in[1] + columns.first;
            vec8 best = vec8_load(x + (size_t)first * BLOCK);
            vec8i at = vec8i_all(first);
            for (int iy = rows.first; iy < rows.end; iy += w->dilation[0]) {
                for (int ix = columns.first; ix < columns.end; ix += w->dilation[1]) {
                    int place = iy * w->in[1] + ix;
                    vec8 v = vec8_load(x + (size_t)place * BLOCK);
                    vec8i better = (v > best) | vec8_unordered(v, v);
                    best = (vec8)vec8i_select(better, (vec8i)v, (vec8i)best);
                    at = vec8i_select(better, vec8i_all(place), at);
                }
            }
            vec8_store(y, best);
            vec8i_store(where, at);
        }
    }
}

static void max_backward(float *dx, const int32_t *where, const float *dy,
                         const struct window *w)
{
    memset(dx, 0, (size_t)w->in[0] * (size_t)w->in[1] * BLOCK * sizeof *dx);
    for (int oy = 0; oy < w->out[0]; oy++) {
        struct span rows = inside(w, 0, oy);
        for (int ox = 0; ox < w->out[1]; ox++, dy += BLOCK, where += BLOCK) {
            struct span columns = inside(w, 1, ox);
            vec8 g = vec8_load(dy);
            vec8i at = vec8i_load(where);
            for (int iy = rows.first; iy < rows.end; iy += w->dilation[0]) {
                for (int ix = columns.first; ix < columns.end; ix += w->dilation[1]) {
                    int place = iy * w->in[1] + ix;
                    float *to = dx + (size_t)place * BLOCK;
                    vec8i here = at == vec8i_all(place);
                    vec8_store(to, vec8_load(to) + (vec8)((vec8i)g & here));
                }
            }
        }
    }
}

static float share(const struct window *w, struct span rows, struct span columns,
                   bool count_padding)
{
    double count = count_padding
                     ? (double)w->size[0] * w->size[1]
                     : (double)(rows.end - rows.first) * (columns.end - columns.first);
    return (float)(1 / count);
}

// Rows are summed up apart: that is nearer to exact where the window is large.
static void mean(float *y, const float *x, const struct window *w, bool count_padding)
{
    for (int oy = 0; oy < w->out[0]; oy++) {
        struct span rows = inside(w, 0, oy);
        for (int ox = 0; ox < w->out[1]; ox++, y += BLOCK) {
            struct span columns = inside(w, 1, ox);
            vec8 sum = {0};
            for (int iy = rows.first; iy < rows.end; iy++) {
                vec8 row = {0};
                for (int ix = columns.first; ix < columns.end; ix++) {
                    row += vec8_load(x + (size_t)(iy * w->in[1] + ix) * BLOCK);
                }
                sum += row;
            }
            vec8_store(y, sum * vec8_all(share(w, rows, columns, count_padding)));
        }
    }
}

static void mean_backward(float *dx, const float *dy, const struct window *w, bool count_padding)
{
    memset(dx, 0, (size_t)w->in[0] * (size_t)w->in[1] * BLOCK * sizeof *dx);
    for (int oy = 0; oy < w->out[0]; oy++) {
        struct span rows = inside(w, 0, oy);
        for (int ox = 0; ox < w->out[1]; ox++, dy += BLOCK) {
            struct span columns = inside(w, 1, ox);
            vec8 part = vec8_load(dy) * vec8_all(share(w, rows, columns, count_padding));
            for (int iy = rows.first; iy < rows.end; iy++) {
                for (int ix = columns.first; ix < columns.end; ix++) {
                    float *to = dx + (size_t)(iy * w->in[1] + ix) * BLOCK;
                    vec8_store(to, vec8_load(to) + part);
                }
            }
        }
    }
}

const struct pool_kernels VEC8_TABLE(pool) = {max, max_backward, mean, mean_backward};
