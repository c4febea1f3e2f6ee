#include "core/nn/graph/layer.h"

#include "core/nn/layers/layer_parts.h"
#include "core/nn/layers/pooling.h"

#include <stdlib.h>

/* maxpool N: the largest number in each window. PyTorch's MaxPool2d in floor
 * mode; the stride is the window's size unless given. */

struct maxpool {
    struct window window;
    int planes; // per image
    size_t in;  // elements per image
    size_t out;
};

static int build_maxpool(void **ret, struct layer_build *build, struct error *err)
{
    static const char *const keys[] = {"stride", "padding", "dilation", NULL};
    struct maxpool pool = {0};
    int code = pooling_read_line(&pool.window, build, keys, err);
    code = code ? code : pooling_check_input(&pool.window, build, err);
    if (code) {
        return code;
    }
    pool.planes = build->inputs[0].channels;
    pool.in = shape_elements(build->inputs[0]);
    build->output = shape_planes(pool.planes, pool.window.out[0], pool.window.out[1]);
    pool.out = shape_elements(build->output);
    build->saved = pool.out * sizeof(int32_t);
    struct maxpool *state = malloc(sizeof *state);
    if (!state) {
        return error_nomem(err, "a network");
    }
    *state = pool;
    *ret = state;
    return 0;
}

static void forward(const void *state, const struct layer_pass *pass)
{
    const struct maxpool *pool = state;
    int32_t *where = pass->saved;
    for (int i = 0; i < pass->images; i++) {
        kernel_maxpool(pass->output + (size_t)i * pool->out, where + (size_t)i * pool->out,
                       pass->inputs[0] + (size_t)i * pool->in, &pool->window, pool->planes);
    }
}

static void backward(const void *state, const struct layer_pass *pass)
{
    const struct maxpool *pool = state;
    const int32_t *where = pass->saved;
    real *dx = pass->input_gradients[0];
    for (int i = 0; dx && i < pass->images; i++) {
        kernel_maxpool_backward(dx + (size_t)i * pool->in, where + (size_t)i * pool->out,
                                pass->output_gradient + (size_t)i * pool->out, &pool->window,
                                pool->planes);
    }
}

const struct window *layer_maxpool_window(const void *state)
{
    const struct maxpool *pool = state;
    return &pool->window;
}

const struct layer_kind layer_maxpool = {
    .word = "maxpool",
    .usage = "maxpool SIZE [stride=SIZE] [padding=0] [dilation=1]",
    .build = build_maxpool,
    .forward = forward,
    .backward = backward,
    .forgets_inputs = true,
    .forgets_output = true,
};
