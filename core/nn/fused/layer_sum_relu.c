#include "core/nn/fused/layer_blocks.h"

#include "core/nn/kernels/kernel_set.h"

#include <assert.h>
#include <stdlib.h>

/* add of two values, and the relu of it, in one pass over them. */

struct state {
    size_t elements; // per image
    const struct element_kernels *kernels;
};

int layer_sum_relu_become(struct node *node, struct shape in, struct error *err)
{
    assert(node->kind == &layer_sum && node->input_count == 2);
    struct state *state = malloc(sizeof *state);
    if (!state) {
        return error_nomem(err, "a network");
    }
    *state = (struct state){shape_elements(in), kernel_set_current()->elements};
    node->kind = &layer_sum_relu;
    node->state = state;
    return 0;
}

static void forward(const void *opaque, const struct layer_pass *pass)
{
    const struct state *s = opaque;
    s->kernels->add(pass->output, pass->inputs[0], pass->inputs[1], true,
                    (size_t)pass->images * s->elements);
}

static void backward(const void *opaque, const struct layer_pass *pass)
{
    const struct state *s = opaque;
    for (int k = 0; k < 2; k++) {
        if (pass->input_gradients[k]) {
            s->kernels->relu_backward(pass->input_gradients[k], pass->output,
                                      pass->output_gradient, (size_t)pass->images * s->elements);
        }
    }
}

const struct layer_kind layer_sum_relu = {
    .word = "add",
    .forward = forward,
    .backward = backward,
    .forgets_inputs = true,
};
