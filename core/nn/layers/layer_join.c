#include "core/nn/graph/layer.h"

#include "core/nn/kernels/kernels.h"

#include <stdlib.h>
#include <string.h>

/* Where branches come together: the sum of all that is read, and its channels
 * one behind the other. The graph has checked that they fit. */

struct join {
    int inputs;
    size_t elements[LAYER_INPUTS_MAX]; // per image, of each input
    size_t out;
};

static int build_join(void **ret, struct layer_build *build, struct shape output,
                      struct error *err)
{
    struct join *join = calloc(1, sizeof *join);
    if (!join) {
        return error_nomem(err, "a network");
    }
    join->inputs = build->input_count;
    for (int k = 0; k < join->inputs; k++) {
        join->elements[k] = shape_elements(build->inputs[k]);
    }
    join->out = shape_elements(output);
    build->output = output;
    *ret = join;
    return 0;
}

// ---- sum ----

static int build_sum(void **ret, struct layer_build *build, struct error *err)
{
    return build_join(ret, build, build->inputs[0], err);
}

static void sum_forward(const void *state, const struct layer_pass *pass)
{
    const struct join *join = state;
    size_t count = (size_t)pass->images * join->out;
    memcpy(pass->output, pass->inputs[0], count * sizeof(real));
    for (int k = 1; k < join->inputs; k++) {
        kernel_add(pass->output, pass->inputs[k], count);
    }
}

static void sum_backward(const void *state, const struct layer_pass *pass)
{
    const struct join *join = state;
    for (int k = 0; k < join->inputs; k++) {
        if (pass->input_gradients[k]) {
            memcpy(pass->input_gradients[k], pass->output_gradient,
                   (size_t)pass->images * join->out * sizeof(real));
        }
    }
}

const struct layer_kind layer_sum = {
    .word = "add",
    .usage = "add { branch { ... } branch { ... } }",
    .build = build_sum,
    .forward = sum_forward,
    .backward = sum_backward,
    .forgets_inputs = true,
    .forgets_output = true,
};

// ---- concat ----

static int build_concat(void **ret, struct layer_build *build, struct error *err)
{
    struct shape output = build->inputs[0];
    for (int k = 1; k < build->input_count; k++) {
        output.channels += build->inputs[k].channels;
    }
    return build_join(ret, build, output, err);
}

static void concat_forward(const void *state, const struct layer_pass *pass)
{
    const struct join *join = state;
    real *to = pass->output;
    for (int i = 0; i < pass->images; i++) {
        for (int k = 0; k < join->inputs; k++) {
            size_t count = join->elements[k];
            memcpy(to, pass->inputs[k] + (size_t)i * count, count * sizeof(real));
            to += count;
        }
    }
}

static void concat_backward(const void *state, const struct layer_pass *pass)
{
    const struct join *join = state;
    const real *from = pass->output_gradient;
    for (int i = 0; i < pass->images; i++) {
        for (int k = 0; k < join->inputs; k++) {
            size_t count = join->elements[k];
            if (pass->input_gradients[k]) {
                memcpy(pass->input_gradients[k] + (size_t)i * count, from, count * sizeof(real));
            }
            from += count;
        }
    }
}

const struct layer_kind layer_concat = {
    .word = "concat",
    .usage = "concat { branch { ... } branch { ... } }",
    .build = build_concat,
    .forward = concat_forward,
    .backward = concat_backward,
    .forgets_inputs = true,
    .forgets_output = true,
};
