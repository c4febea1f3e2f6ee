#include "core/nn/graph/layer.h"

#include "core/nn/kernels/activations.h"
#include "core/nn/kernels/kernel_set.h"

#include <stdlib.h>

/* The functions of one number but relu: every number of the output is a
 * function of the same one of the input. Options are PyTorch's. */

struct activation_state {
    struct activation activation;
    size_t elements; // per image
    const struct activation_kernels *kernels; // NULL where numbers are double
};

static int read_line(struct activation *a, const struct layer_build *build, struct error *err)
{
    static const char *const forms[] = {"erf", "tanh", NULL};
    static const char *const keys[][3] = {
        [ACTIVATION_LEAKYRELU] = {"slope"},
        [ACTIVATION_ELU] = {"alpha"},
        [ACTIVATION_GELU] = {"form"},
        [ACTIVATION_SOFTPLUS] = {"beta", "threshold"},
        [ACTIVATION_KINDS] = {NULL},
    };
    int code = layer_check_words(build, 0, keys[a->kind], err);
    if (code) {
        return code;
    }
    int form = 0;
    switch (a->kind) {
    case ACTIVATION_LEAKYRELU:
        a->a = 0.01;
        return layer_option_double(&a->a, build, "slope", -1e6, 1e6, err);
    case ACTIVATION_ELU:
        a->a = 1;
        return layer_option_double(&a->a, build, "alpha", 0, 1e6, err);
    case ACTIVATION_GELU:
        code = layer_option_word(&form, build, "form", forms, err);
        a->kind = form ? ACTIVATION_GELU_TANH : ACTIVATION_GELU;
        return code;
    case ACTIVATION_SOFTPLUS:
        a->a = 1;
        a->b = 20;
        code = layer_option_double(&a->a, build, "beta", 1e-6, 1e6, err);
        return code ? code : layer_option_double(&a->b, build, "threshold", 0, 1e6, err);
    default:
        return 0;
    }
}

static int build_activation(void **ret, struct layer_build *build, enum activation_kind kind,
                            struct error *err)
{
    struct activation activation = {.kind = kind};
    int code = read_line(&activation, build, err);
    if (code) {
        return code;
    }
    struct activation_state *state = malloc(sizeof *state);
    if (!state) {
        return error_nomem(err, "a network");
    }
    build->output = build->inputs[0];
    *state = (struct activation_state){activation, shape_elements(build->output), NULL};
#ifndef NN_DOUBLE
    state->kernels = kernel_set_current()->activation;
#endif
    *ret = state;
    return 0;
}

static void forward(const void *opaque, const struct layer_pass *pass)
{
    const struct activation_state *state = opaque;
    size_t count = (size_t)pass->images * state->elements;
#ifdef NN_DOUBLE
    activation_forward(&state->activation, pass->output, pass->inputs[0], count);
#else
    state->kernels->forward(&state->activation, pass->output, pass->inputs[0], count);
#endif
}

static void backward(const void *opaque, const struct layer_pass *pass)
{
    const struct activation_state *state = opaque;
    size_t count = (size_t)pass->images * state->elements;
    if (!pass->input_gradients[0]) {
        return;
    }
#ifdef NN_DOUBLE
    activation_backward(&state->activation, pass->input_gradients[0], pass->inputs[0],
                        pass->output, pass->output_gradient, count);
#else
    state->kernels->backward(&state->activation, pass->input_gradients[0], pass->inputs[0],
                             pass->output, pass->output_gradient, count);
#endif
}

static int build_leakyrelu(void **ret, struct layer_build *build, struct error *err)
{
    return build_activation(ret, build, ACTIVATION_LEAKYRELU, err);
}

static int build_elu(void **ret, struct layer_build *build, struct error *err)
{
    return build_activation(ret, build, ACTIVATION_ELU, err);
}

static int build_gelu(void **ret, struct layer_build *build, struct error *err)
{
    return build_activation(ret, build, ACTIVATION_GELU, err);
}

static int build_silu(void **ret, struct layer_build *build, struct error *err)
{
    return build_activation(ret, build, ACTIVATION_SILU, err);
}

static int build_sigmoid(void **ret, struct layer_build *build, struct error *err)
{
    return build_activation(ret, build, ACTIVATION_SIGMOID, err);
}

static int build_tanh(void **ret, struct layer_build *build, struct error *err)
{
    return build_activation(ret, build, ACTIVATION_TANH, err);
}

static int build_softplus(void **ret, struct layer_build *build, struct error *err)
{
    return build_activation(ret, build, ACTIVATION_SOFTPLUS, err);
}

const struct layer_kind layer_leakyrelu = {
    .word = "leakyrelu",
    .usage = "leakyrelu [slope=0.01]",
    .elementwise = true,
    .build = build_leakyrelu,
    .forward = forward,
    .backward = backward,
};

const struct layer_kind layer_elu = {
    .word = "elu",
    .usage = "elu [alpha=1]",
    .elementwise = true,
    .build = build_elu,
    .forward = forward,
    .backward = backward,
};

const struct layer_kind layer_gelu = {
    .word = "gelu",
    .usage = "gelu [form=erf|tanh]",
    .elementwise = true,
    .build = build_gelu,
    .forward = forward,
    .backward = backward,
};

const struct layer_kind layer_silu = {
    .word = "silu",
    .usage = "silu",
    .elementwise = true,
    .build = build_silu,
    .forward = forward,
    .backward = backward,
};

const struct layer_kind layer_sigmoid = {
    .word = "sigmoid",
    .usage = "sigmoid",
    .elementwise = true,
    .build = build_sigmoid,
    .forward = forward,
    .backward = backward,
};

const struct layer_kind layer_tanh = {
    .word = "tanh",
    .usage = "tanh",
    .elementwise = true,
    .build = build_tanh,
    .forward = forward,
    .backward = backward,
};

const struct layer_kind layer_softplus = {
    .word = "softplus",
    .usage = "softplus [beta=1] [threshold=20]",
    .elementwise = true,
    .build = build_softplus,
    .forward = forward,
    .backward = backward,
};
