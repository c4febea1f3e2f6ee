#include "core/nn/layer_conv_pool.h"

#include "core/nn/cache_line.h"
#include "core/nn/kernel_set.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

enum { BLOCK = CONV_POOL_BLOCK };

struct state {
    struct conv_pool_layer layer;
    struct conv_pool_plan plan;
    const struct conv_pool_kernels *kernels;
    const struct layout_kernels *layout;
    // Per image, floats: as the neighbours have it, and in blocks.
    size_t in;
    size_t out;
    size_t in_pixels;
    size_t out_pixels;
    // In scratch, floats: where the neighbours have planes and the kernels blocks.
    size_t in_at;
    size_t out_at;
};

// Fills all but the layer itself; returns the bytes of scratch.
static size_t plan_state(struct state *s)
{
    const struct conv_pool_layer *layer = &s->layer;
    const struct conv_pool_shape *shape = &layer->shape;
    conv_pool_plan(&s->plan, shape);
    const struct kernel_set *set = kernel_set_current();
    s->kernels = shape->planar ? set->planar : set->blocked;
    s->layout = set->layout;
    s->in_pixels = (size_t)shape->in[0] * (size_t)shape->in[1];
    s->out_pixels = (size_t)shape->pooled[0] * (size_t)shape->pooled[1];
    size_t in_blocked = (size_t)s->plan.in_blocks * BLOCK * s->in_pixels;
    size_t out_blocked = (size_t)s->plan.out_blocks * BLOCK * s->out_pixels;
    s->in = layer->in_blocks ? in_blocked : (size_t)shape->channels * s->in_pixels;
    s->out = layer->out_blocks ? out_blocked : (size_t)shape->outputs * s->out_pixels;
    s->in_at = s->plan.scratch_bytes / sizeof(float);
    s->out_at = s->in_at + (layer->in_blocks || shape->planar ? 0 : cache_line_fill(in_blocked));
    return (s->out_at + (layer->out_blocks ? 0 : cache_line_fill(out_blocked))) * sizeof(float);
}

int layer_conv_pool_become(struct node *node, const struct conv_pool_layer *layer,
                           struct error *err)
{
    assert(!(layer->shape.planar && layer->in_blocks));
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

// Image i of the input as the kernels read it.
static const float *input_of(const struct state *s, const struct layer_pass *pass, int i)
{
    const float *in = pass->inputs[0] + (size_t)i * s->in;
    if (s->layer.in_blocks || s->layer.shape.planar) {
        return in;
    }
    float *blocks = (float *)pass->scratch + s->in_at;
    s->layout->to_blocks(blocks, in, s->layer.shape.channels, s->in_pixels);
    return blocks;
}

static void forward(const void *opaque, const struct layer_pass *pass)
{
    const struct state *s = opaque;
    float *scratch = pass->scratch;
    for (int i = 0; i < pass->images; i++) {
        float *out = pass->output + (size_t)i * s->out;
        float *blocks = s->layer.out_blocks ? out : scratch + s->out_at;
        s->kernels->forward(&s->plan, blocks,
                            (uint8_t *)pass->saved + (size_t)i * s->plan.saved_bytes,
                            input_of(s, pass, i), pass->prepared, scratch);
        if (!s->layer.out_blocks) {
            s->layout->to_planes(out, blocks, s->layer.shape.outputs, s->out_pixels);
        }
    }
}

static void backward(const void *opaque, const struct layer_pass *pass)
{
    const struct state *s = opaque;
    float *scratch = pass->scratch;
    memset(scratch, 0, s->plan.stage_at * sizeof *scratch);
    for (int i = 0; i < pass->images; i++) {
        const uint8_t *saved = (const uint8_t *)pass->saved + (size_t)i * s->plan.saved_bytes;
        const float *out_gradient = pass->output_gradient + (size_t)i * s->out;
        if (!s->layer.out_blocks) {
            float *blocks = scratch + s->out_at;
            s->layout->to_blocks(blocks, out_gradient, s->layer.shape.outputs, s->out_pixels);
            out_gradient = blocks;
        }
        s->kernels->weight_gradient(&s->plan, input_of(s, pass, i), out_gradient, saved, scratch);
        if (!pass->input_gradients[0]) {
            continue;
        }
        float *in_gradient = pass->input_gradients[0] + (size_t)i * s->in;
        float *blocks = s->layer.in_blocks ? in_gradient : scratch + s->in_at;
        s->kernels->data_gradient(&s->plan, blocks, out_gradient, saved, pass->prepared, scratch);
        if (!s->layer.in_blocks) {
            s->layout->to_planes(in_gradient, blocks, s->layer.shape.channels, s->in_pixels);
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
