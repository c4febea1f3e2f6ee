#include "core/nn/graph/layer.h"

#include "core/nn/layers/layer_parts.h"
#include "core/nn/layers/pooling.h"

#include <stdlib.h>
#include <string.h>

/* avgpool N: the mean of each window. PyTorch's AvgPool2d in floor mode; what
 * lies in the padding counts as zeros, or with count_padding=off not at all. */

struct avgpool {
    struct window window;
    bool count_padding;
    int planes; // per image
    size_t in;  // elements per image
    real share; // of each number in the mean of a whole window
};

static int build_avgpool(void **ret, struct layer_build *build, struct error *err)
{
    static const char *const keys[] = {"stride", "padding", "count_padding", NULL};
    struct avgpool pool = {.count_padding = true};
    int code = pooling_read_line(&pool.window, build, keys, err);
    code = code ? code : layer_option_switch(&pool.count_padding, build, "count_padding", err);
    code = code ? code : pooling_check_input(&pool.window, build, err);
    if (code) {
        return code;
    }
    pool.planes = build->inputs[0].channels;
    pool.in = shape_elements(build->inputs[0]);
    build->output = shape_planes(pool.planes, pool.window.out[0], pool.window.out[1]);
    pool.share = (real)(1 / ((double)pool.window.size[0] * pool.window.size[1]));
    build->scratch = (size_t)pool.window.in[1] * sizeof(real);
    struct avgpool *state = malloc(sizeof *state);
    if (!state) {
        return error_nomem(err, "a network");
    }
    *state = pool;
    *ret = state;
    return 0;
}

// What one output place reads along an axis: from .. to-1 of the plane.
struct reach {
    int from;
    int to;
};

static struct reach reach_of(const struct window *w, int axis, int out)
{
    int from = window_place(w, axis, out, 0);
    int to = from + w->size[axis];
    return (struct reach){from < 0 ? 0 : from, to > w->in[axis] ? w->in[axis] : to};
}

// Of each number read, in the mean.
static real share_of(const struct avgpool *pool, struct reach rows, struct reach columns)
{
    const struct window *w = &pool->window;
    if (pool->count_padding || (w->padding[0] == 0 && w->padding[1] == 0)) {
        return pool->share;
    }
    return (real)(1 / ((double)(rows.to - rows.from) * (columns.to - columns.from)));
}

// One row of outputs: the rows of the windows are added up first, all of them at
// once, and then the columns.
static void mean_row(const struct avgpool *pool, real *restrict to, const real *restrict plane,
                     int oy, real *restrict sums)
{
    const struct window *w = &pool->window;
    size_t width = (size_t)w->in[1];
    struct reach rows = reach_of(w, 0, oy);
    memcpy(sums, plane + (size_t)rows.from * width, width * sizeof *sums);
    for (int y = rows.from + 1; y < rows.to; y++) {
        kernel_add(sums, plane + (size_t)y * width, width);
    }
    for (int ox = 0; ox < w->out[1]; ox++) {
        struct reach columns = reach_of(w, 1, ox);
        real sum = sums[columns.from];
        for (int x = columns.from + 1; x < columns.to; x++) {
            sum += sums[x];
        }
        to[ox] = sum * share_of(pool, rows, columns);
    }
}

// The reverse; adds.
static void spread_row(const struct avgpool *pool, real *restrict plane,
                       const real *restrict from, int oy, real *restrict sums)
{
    const struct window *w = &pool->window;
    size_t width = (size_t)w->in[1];
    struct reach rows = reach_of(w, 0, oy);
    memset(sums, 0, width * sizeof *sums);
    for (int ox = 0; ox < w->out[1]; ox++) {
        struct reach columns = reach_of(w, 1, ox);
        real part = from[ox] * share_of(pool, rows, columns);
        for (int x = columns.from; x < columns.to; x++) {
            sums[x] += part;
        }
    }
    for (int y = rows.from; y < rows.to; y++) {
        kernel_add(plane + (size_t)y * width, sums, width);
    }
}

static void forward(const void *state, const struct layer_pass *pass)
{
    const struct avgpool *pool = state;
    const struct window *w = &pool->window;
    const real *plane = pass->inputs[0];
    real *to = pass->output;
    for (size_t k = 0; k < (size_t)pass->images * (size_t)pool->planes; k++) {
        for (int oy = 0; oy < w->out[0]; oy++, to += w->out[1]) {
            mean_row(pool, to, plane, oy, pass->scratch);
        }
        plane += (size_t)w->in[0] * (size_t)w->in[1];
    }
}

static void backward(const void *state, const struct layer_pass *pass)
{
    const struct avgpool *pool = state;
    const struct window *w = &pool->window;
    real *plane = pass->input_gradients[0];
    const real *from = pass->output_gradient;
    if (!plane) {
        return;
    }
    memset(plane, 0, (size_t)pass->images * pool->in * sizeof *plane);
    for (size_t k = 0; k < (size_t)pass->images * (size_t)pool->planes; k++) {
        for (int oy = 0; oy < w->out[0]; oy++, from += w->out[1]) {
            spread_row(pool, plane, from, oy, pass->scratch);
        }
        plane += (size_t)w->in[0] * (size_t)w->in[1];
    }
}

struct avgpool_parts layer_avgpool_parts(const void *state)
{
    const struct avgpool *pool = state;
    return (struct avgpool_parts){&pool->window, pool->count_padding};
}

const struct layer_kind layer_avgpool = {
    .word = "avgpool",
    .usage = "avgpool SIZE [stride=SIZE] [padding=0] [count_padding=on]",
    .build = build_avgpool,
    .forward = forward,
    .backward = backward,
    .forgets_inputs = true,
    .forgets_output = true,
};
