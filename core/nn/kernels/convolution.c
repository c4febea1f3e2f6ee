#include "core/nn/kernels/convolution.h"

#include "core/nn/kernels/blas.h"

#include <string.h>

// Elements of a strip's matrix: it fits a second-level cache of 512 KiB.
enum { STRIP_ELEMENTS = 128 * 1024 };

// What a group is, in numbers; the strips of all groups look the same.
struct group {
    int channels;
    int outputs;
    int inner;      // channels * window
    size_t in;      // elements of the group's input
    size_t out;     // elements of one output plane
    size_t weights; // elements
};

static struct group group_of(const struct convolution *c)
{
    const struct window *w = &c->window;
    struct group g;
    g.channels = c->channels / c->groups;
    g.outputs = c->outputs / c->groups;
    g.inner = g.channels * w->size[0] * w->size[1];
    g.in = (size_t)g.channels * (size_t)w->in[0] * (size_t)w->in[1];
    g.out = (size_t)w->out[0] * (size_t)w->out[1];
    g.weights = (size_t)g.outputs * (size_t)g.inner;
    return g;
}

static size_t strip_elements(const struct convolution *c)
{
    return (size_t)group_of(c).inner * (size_t)c->window.out[1] * (size_t)c->strip;
}

size_t convolution_plan(struct convolution *c)
{
    int row = group_of(c).inner * c->window.out[1];
    int rows = STRIP_ELEMENTS / row;
    rows = rows < 1 ? 1 : rows;
    c->strip = rows < c->window.out[0] ? rows : c->window.out[0];
    return 2 * strip_elements(c) * sizeof(real);
}

static int rows_at(const struct convolution *c, int first)
{
    int left = c->window.out[0] - first;
    return left < c->strip ? left : c->strip;
}

void convolution_forward(const struct convolution *c, real *y, const real *x,
                         const real *weight, const real *bias, void *scratch)
{
    const struct group g = group_of(c);
    real *col = scratch;
    for (int k = 0; bias && k < c->outputs; k++) {
        kernel_fill(y + (size_t)k * g.out, bias[k], g.out);
    }
    for (int group = 0; group < c->groups; group++) {
        for (int first = 0; first < c->window.out[0]; first += c->strip) {
            int rows = rows_at(c, first);
            int columns = rows * c->window.out[1];
            kernel_gather(col, x, &c->window, g.channels, first, rows);
            blas_multiply(y + (size_t)first * (size_t)c->window.out[1], (int)g.out, g.outputs,
                          columns, g.inner, (struct matrix){weight, g.inner, false},
                          (struct matrix){col, columns, false}, bias ? 1 : 0);
        }
        x += g.in;
        y += (size_t)g.outputs * g.out;
        weight += g.weights;
    }
}

// One strip of one group; dy and dx are the group's, dy from the strip's start.
static void backward_strip(const struct convolution *c, const struct group *g, real *dx,
                           real *weight_gradient, const real *x, const real *weight,
                           const real *dy, int first, void *scratch)
{
    real *col = scratch;
    real *col_gradient = col + strip_elements(c);
    int rows = rows_at(c, first);
    int columns = rows * c->window.out[1];
    kernel_gather(col, x, &c->window, g->channels, first, rows);
    blas_multiply(weight_gradient, g->inner, g->outputs, g->inner, columns,
                  (struct matrix){dy, (int)g->out, false}, (struct matrix){col, columns, true},
                  1);
    if (dx) {
        blas_multiply(col_gradient, columns, g->inner, columns, g->outputs,
                      (struct matrix){weight, g->inner, true},
                      (struct matrix){dy, (int)g->out, false}, 0);
        kernel_scatter(dx, col_gradient, &c->window, g->channels, first, rows);
    }
}

void convolution_backward(const struct convolution *c, real *dx, real *weight_gradient,
                          real *bias_gradient, const real *x, const real *weight, const real *dy,
                          void *scratch)
{
    const struct group g = group_of(c);
    if (dx) {
        memset(dx, 0, (size_t)c->groups * g.in * sizeof *dx);
    }
    for (int k = 0; bias_gradient && k < c->outputs; k++) {
        bias_gradient[k] += (real)kernel_sum(dy + (size_t)k * g.out, g.out);
    }
    for (int group = 0; group < c->groups; group++) {
        for (int first = 0; first < c->window.out[0]; first += c->strip) {
            backward_strip(c, &g, dx, weight_gradient, x, weight,
                           dy + (size_t)first * (size_t)c->window.out[1], first, scratch);
        }
        x += g.in;
        dx = dx ? dx + g.in : NULL;
        dy += (size_t)g.outputs * g.out;
        weight += g.weights;
        weight_gradient += g.weights;
    }
}
