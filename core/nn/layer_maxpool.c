#include "core/nn/layer.h"

#include "core/base/text.h"
#include "core/nn/kernels.h"

#include <stdlib.h>

/* maxpool N: the largest number in each window. PyTorch's MaxPool2d in floor
 * mode; the stride is the window's size unless given. */

struct maxpool {
    struct window window;
    int planes; // per image
    size_t in;  // elements per image
    size_t out;
};

static int read_line(struct window *w, const struct layer_build *build, struct error *err)
{
    static const char *const keys[] = {"stride", "padding", NULL};
    int code = layer_check_words(build, 1, keys, err);
    if (code) {
        return code;
    }
    const char *size = layer_word(build, 0);
    if (!size || !layer_text_to_pair(size, 1, SHAPE_WINDOW_MAX, w->size)) {
        char quoted[80];
        text_escape(quoted, sizeof quoted, size ? size : "");
        return layer_error(build, err, "'%s' where the window's size is needed, 1 to %d, as in 2, "
                           "or height x width as in 2x3", quoted, (int)SHAPE_WINDOW_MAX);
    }
    for (int axis = 0; axis < 2; axis++) {
        w->stride[axis] = w->size[axis];
        w->dilation[axis] = 1;
    }
    code = layer_option_pair(w->stride, build, "stride", 1, SHAPE_WINDOW_MAX, err);
    if (!code) {
        code = layer_option_pair(w->padding, build, "padding", 0, SHAPE_WINDOW_MAX, err);
    }
    if (!code && (w->padding[0] > w->size[0] / 2 || w->padding[1] > w->size[1] / 2)) {
        code = layer_error(build, err, "padding=%dx%d is more than half of the window %dx%d",
                           w->padding[0], w->padding[1], w->size[0], w->size[1]);
    }
    return code;
}

static int check_input(struct window *w, const struct layer_build *build, struct error *err)
{
    struct shape in = build->inputs[0];
    char text[SHAPE_TEXT_SIZE];
    if (in.flat) {
        return layer_error(build, err, "needs planes to read, but gets %s: it must stand before "
                           "'flatten'", shape_text(text, in));
    }
    w->in[0] = in.height;
    w->in[1] = in.width;
    for (int axis = 0; axis < 2; axis++) {
        w->out[axis] = shape_window(w->in[axis], w->size[axis], w->stride[axis],
                                    w->padding[axis], 1);
    }
    if (w->out[0] < 1 || w->out[1] < 1) {
        return layer_error(build, err, "a window of %dx%d does not fit planes of %dx%d with "
                           "padding %dx%d (height x width)", w->size[0], w->size[1], w->in[0],
                           w->in[1], w->padding[0], w->padding[1]);
    }
    size_t product;
    if (!shape_product(&product, (int[]){in.channels, w->out[0], w->out[1]}, 3)) {
        return layer_error(build, err, "its output would have more than %d numbers per frame",
                           (int)SHAPE_ELEMENTS_MAX);
    }
    return 0;
}

static int build_maxpool(void **ret, struct layer_build *build, struct error *err)
{
    struct maxpool pool = {0};
    int code = read_line(&pool.window, build, err);
    if (!code) {
        code = check_input(&pool.window, build, err);
    }
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

const struct layer_kind layer_maxpool = {
    .word = "maxpool",
    .usage = "maxpool SIZE [stride=SIZE] [padding=0]",
    .build = build_maxpool,
    .forward = forward,
    .backward = backward,
};
