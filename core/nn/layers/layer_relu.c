#include "core/nn/graph/layer.h"

#include "core/nn/kernels/kernel_set.h"
#include "core/nn/kernels/kernels.h"

#include <stdlib.h>

/* relu: the larger of each number and zero. */

struct relu {
    size_t elements; // per image
    const struct element_kernels *kernels; // NULL where numbers are double
};

static int build_relu(void **ret, struct layer_build *build, struct error *err)
{
    static const char *const keys[] = {NULL};
    int code = layer_check_words(build, 0, keys, err);
    if (code) {
        return code;
    }
    struct relu *relu = malloc(sizeof *relu);
    if (!relu) {
        return error_nomem(err, "a network");
    }
    build->output = build->inputs[0];
    relu->elements = shape_elements(build->output);
    relu->kernels = NULL;
#ifndef NN_DOUBLE
    relu->kernels = kernel_set_current()->elements;
#endif
    *ret = relu;
    return 0;
}

static void forward(const void *state, const struct layer_pass *pass)
{
    const struct relu *relu = state;
    size_t count = (size_t)pass->images * relu->elements;
#ifdef NN_DOUBLE
    kernel_relu(pass->output, pass->inputs[0], count);
#else
    relu->kernels->relu(pass->output, pass->inputs[0], count);
#endif
}

static void backward(const void *state, const struct layer_pass *pass)
{
    const struct relu *relu = state;
    size_t count = (size_t)pass->images * relu->elements;
    if (!pass->input_gradients[0]) {
        return;
    }
#ifdef NN_DOUBLE
    kernel_relu_backward(pass->input_gradients[0], pass->output, pass->output_gradient, count);
#else
    relu->kernels->relu_backward(pass->input_gradients[0], pass->output, pass->output_gradient,
                                 count);
#endif
}

const struct layer_kind layer_relu = {
    .word = "relu",
    .usage = "relu",
    .elementwise = true,
    .build = build_relu,
    .forward = forward,
    .backward = backward,
    .forgets_inputs = true,
};
