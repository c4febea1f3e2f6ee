#include "core/nn/layer.h"

#include "core/nn/layer_parts.h"
#include "core/nn/pooling.h"

#include <stdlib.h>
#include <string.h>

/* avgpool N: the mean of each window. PyTorch's AvgPool2d in floor mode; what
 * lies in the padding counts as zeros, or with count_padding=off not at all. */

struct avgpool {
    struct window window;
    bool count_padding;
    int planes; // per image
    size_t in;  // elements per image
    size_t out;
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
    pool.out = shape_elements(build->output);
    struct avgpool *state = malloc(sizeof *state);
    if (!state) {
        return error_nomem(err, "a network");
    }
    *state = pool;
    *ret = state;
    return 0;
}

// What one output place reads: rows and columns of the plane, from .. to-1.
struct reach {
    int from[2];
    int to[2];
    real share; // of each number read, in the mean
};

static struct reach reach_of(const struct avgpool *pool, int oy, int ox)
{
    const struct window *w = &pool->window;
    const int out[2] = {oy, ox};
    struct reach r;
    for (int axis = 0; axis < 2; axis++) {
        int from = window_place(w, axis, out[axis], 0);
        int to = from + w->size[axis];
        r.from[axis] = from < 0 ? 0 : from;
        r.to[axis] = to > w->in[axis] ? w->in[axis] : to;
    }
    double count = pool->count_padding
                     ? (double)w->size[0] * w->size[1]
                     : (double)(r.to[0] - r.from[0]) * (r.to[1] - r.from[1]);
    r.share = (real)(1 / count);
    return r;
}

static real mean(const struct avgpool *pool, const real *plane, struct reach r)
{
    real sum = 0;
    for (int y = r.from[0]; y < r.to[0]; y++) {
        const real *row = plane + (size_t)y * (size_t)pool->window.in[1];
        for (int x = r.from[1]; x < r.to[1]; x++) {
            sum += row[x];
        }
    }
    return sum * r.share;
}

static void spread(const struct avgpool *pool, real *plane, real gradient, struct reach r)
{
    real part = gradient * r.share;
    for (int y = r.from[0]; y < r.to[0]; y++) {
        real *row = plane + (size_t)y * (size_t)pool->window.in[1];
        for (int x = r.from[1]; x < r.to[1]; x++) {
            row[x] += part;
        }
    }
}

static void forward(const void *state, const struct layer_pass *pass)
{
    const struct avgpool *pool = state;
    const struct window *w = &pool->window;
    const real *plane = pass->inputs[0];
    real *to = pass->output;
    for (size_t k = 0; k < (size_t)pass->images * (size_t)pool->planes; k++) {
        for (int oy = 0; oy < w->out[0]; oy++) {
            for (int ox = 0; ox < w->out[1]; ox++) {
                *to++ = mean(pool, plane, reach_of(pool, oy, ox));
            }
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
        for (int oy = 0; oy < w->out[0]; oy++) {
            for (int ox = 0; ox < w->out[1]; ox++) {
                spread(pool, plane, *from++, reach_of(pool, oy, ox));
            }
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
};
