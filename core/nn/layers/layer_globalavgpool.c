#include "core/nn/graph/layer.h"

#include "core/nn/kernels/kernels.h"
#include "core/nn/kernels/kernels_norm.h"

#include <stdlib.h>

/* globalavgpool: the mean of every plane. PyTorch's AdaptiveAvgPool2d(1): what
 * it gives are planes of 1x1. */

struct globalavgpool {
    int planes; // per image
    size_t plane;
    const struct norm_row_kernels *kernels;
};

static int build_pool(void **ret, struct layer_build *build, struct error *err)
{
    static const char *const keys[] = {NULL};
    int code = layer_check_words(build, 0, keys, err);
    struct shape in = build->inputs[0];
    if (!code && in.flat) {
        char text[SHAPE_TEXT_SIZE];
        code = layer_error(build, err, "needs planes to read, but gets %s: it must stand before "
                           "'flatten'", shape_text(text, in));
    }
    if (code) {
        return code;
    }
    struct globalavgpool *pool = malloc(sizeof *pool);
    if (!pool) {
        return error_nomem(err, "a network");
    }
    pool->planes = in.channels;
    pool->plane = (size_t)in.height * (size_t)in.width;
    pool->kernels = norm_rows_current();
    build->output = shape_planes(in.channels, 1, 1);
    *ret = pool;
    return 0;
}

static void forward(const void *state, const struct layer_pass *pass)
{
    const struct globalavgpool *pool = state;
    size_t planes = (size_t)pass->images * (size_t)pool->planes;
    for (size_t k = 0; k < planes; k++) {
        double sum = pool->kernels->sum(pass->inputs[0] + k * pool->plane, pool->plane);
        pass->output[k] = (real)(sum / (double)pool->plane);
    }
}

static void backward(const void *state, const struct layer_pass *pass)
{
    const struct globalavgpool *pool = state;
    size_t planes = (size_t)pass->images * (size_t)pool->planes;
    for (size_t k = 0; pass->input_gradients[0] && k < planes; k++) {
        kernel_fill(pass->input_gradients[0] + k * pool->plane,
                    pass->output_gradient[k] / (real)pool->plane, pool->plane);
    }
}

const struct layer_kind layer_globalavgpool = {
    .word = "globalavgpool",
    .usage = "globalavgpool",
    .build = build_pool,
    .forward = forward,
    .backward = backward,
    .forgets_inputs = true,
    .forgets_output = true,
};
