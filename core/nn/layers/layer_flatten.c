#include "core/nn/graph/layer.h"

#include <stdlib.h>
#include <string.h>

/* flatten: planes to one row, channel by channel. */

struct flatten {
    size_t elements; // per image
};

static int build_flatten(void **ret, struct layer_build *build, struct error *err)
{
    static const char *const keys[] = {NULL};
    int code = layer_check_words(build, 0, keys, err);
    if (code) {
        return code;
    }
    struct flatten *flatten = malloc(sizeof *flatten);
    if (!flatten) {
        return error_nomem(err, "a network");
    }
    flatten->elements = shape_elements(build->inputs[0]);
    build->output = shape_row((int)flatten->elements);
    *ret = flatten;
    return 0;
}

static size_t bytes(const struct flatten *flatten, const struct layer_pass *pass)
{
    return (size_t)pass->images * flatten->elements * sizeof(real);
}

static void forward(const void *state, const struct layer_pass *pass)
{
    memcpy(pass->output, pass->inputs[0], bytes(state, pass));
}

static void backward(const void *state, const struct layer_pass *pass)
{
    if (pass->input_gradients[0]) {
        memcpy(pass->input_gradients[0], pass->output_gradient, bytes(state, pass));
    }
}

const struct layer_kind layer_flatten = {
    .word = "flatten",
    .usage = "flatten",
    .build = build_flatten,
    .forward = forward,
    .backward = backward,
    .forgets_inputs = true,
    .forgets_output = true,
};
