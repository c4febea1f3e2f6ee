#include "core/nn/fused/layer_conv_pool.h"

#include "core/nn/fused/layer_ends.h"
#include "core/nn/kernels/kernel_set.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

struct state {
    struct conv_pool_layer layer;
    struct conv_pool_plan plan;
    const struct conv_pool_kernels *kernels;
    struct layer_end in;
    struct layer_end out;
};

// Fills all but the layer itself; returns the bytes of scratch.
static size_t plan_state(struct state *s)
{
    const struct conv_pool_layer *layer = &s->layer;
    const struct conv_pool_shape *shape = &layer->shape;
    conv_pool_plan(&s->plan, shape);
    const struct kernel_set *set = kernel_set_current();
    s->kernels = shape->planar ? set->planar : set->blocked;
    s->in = (struct layer_end){
        .layout = set->layout,
        .channels = shape->channels,
        .pixels = (size_t)shape->in[0] * (size_t)shape->in[1],
        .value_blocks = layer->in_blocks,
        .kernel_blocks = !shape->planar,
    };
    s->out = (struct layer_end){
        .layout = set->layout,
        .channels = shape->outputs,
        .pixels = (size_t)shape->pooled[0] * (size_t)shape->pooled[1],
        .value_blocks = layer->out_blocks,
        .kernel_blocks = true,
    };
    size_t end = s->plan.scratch_bytes / sizeof(float);
    layer_end_plan(&s->in, &end);
    layer_end_plan(&s->out, &end);
    return end * sizeof(float);
}

int layer_conv_pool_become(struct node *node, const struct conv_pool_layer *layer,
                           struct error *err)
{
    struct state *state = calloc(1, sizeof *state);
    if (!state) {
        return error_nomem(err, "a network");
    }
    state->layer = *layer;
    node->scratch = plan_state(state);
    node->saved = state->plan.saved_bytes;
    node->prepared = state->plan.prepared_bytes;
    node->kind = &layer_conv_pool;
    node->state = state;
    return 0;
}

const struct conv_pool_layer *layer_conv_pool_layer(const struct node *node)
{
    assert(node->kind == &layer_conv_pool);
    const struct state *state = node->state;
    return &state->layer;
}

void layer_conv_pool_set_layout(struct node *node, bool in_blocks, bool out_blocks)
{
    struct state *state = node->state;
    state->layer.in_blocks = in_blocks;
    state->layer.out_blocks = out_blocks;
    node->scratch = plan_state(state);
}

static void prepare(const void *opaque, const real *parameters, void *prepared)
{
    const struct state *s = opaque;
    conv_pool_prepare(&s->plan, prepared, parameters + s->layer.weight,
                      s->layer.has_bias ? parameters + s->layer.bias : NULL);
}

static void forward(const void *opaque, const struct layer_pass *pass)
{
    const struct state *s = opaque;
    float *scratch = pass->scratch;
    for (int i = 0; i < pass->images; i++) {
        const float *in = layer_end_read(&s->in, pass->inputs[0], i, scratch);
        float *out = layer_end_room(&s->out, pass->output, i, scratch);
        uint8_t *saved = (uint8_t *)pass->saved + (size_t)i * s->plan.saved_bytes;
        s->kernels->forward(&s->plan, out, saved, in, pass->prepared, scratch);
        layer_end_hand_over(&s->out, pass->output, i, scratch);
    }
}

static void backward(const void *opaque, const struct layer_pass *pass)
{
    const struct state *s = opaque;
    float *in_gradients = pass->input_gradients[0];
    float *scratch = pass->scratch;
    assert(!(s->layer.shape.planar && in_gradients));
    memset(scratch, 0, s->plan.stage_at * sizeof *scratch);
    for (int i = 0; i < pass->images; i++) {
        const uint8_t *saved = (const uint8_t *)pass->saved + (size_t)i * s->plan.saved_bytes;
        const float *in = layer_end_read(&s->in, pass->inputs[0], i, scratch);
        const float *out_gradient = layer_end_read(&s->out, pass->output_gradient, i, scratch);
        s->kernels->weight_gradient(&s->plan, in, out_gradient, saved, scratch);
        if (in_gradients) {
            float *in_gradient = layer_end_room(&s->in, in_gradients, i, scratch);
            s->kernels->data_gradient(&s->plan, in_gradient, out_gradient, saved, pass->prepared,
                                      scratch);
            layer_end_hand_over(&s->in, in_gradients, i, scratch);
        }
    }
    conv_pool_add_sums(&s->plan, pass->parameter_gradients + s->layer.weight,
                       s->layer.has_bias ? pass->parameter_gradients + s->layer.bias : NULL,
                       scratch);
}

const struct layer_kind layer_conv_pool = {
    .word = "conv, relu, maxpool",
    .prepare = prepare,
    .forward = forward,
    .backward = backward,
    .forgets_output = true,
};
