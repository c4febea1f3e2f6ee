#include "core/nn/fused/layer_conv_dense.h"

#include "core/nn/fused/layer_ends.h"
#include "core/nn/kernels/cache_line.h"
#include "core/nn/kernels/kernel_set.h"

#include <assert.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { BLOCK = CONV_DENSE_BLOCK };

struct state {
    struct conv_dense_layer layer;
    struct conv_dense_plan plan;
    const struct conv_dense_kernels *kernels;
    const struct layout_kernels *layout;
    struct layer_end in;
    struct layer_end out;
    struct layer_end add; // where there is one
    // In prepared memory, floats: what a norm makes of weights and bias.
    size_t scale_at;
    size_t shift_at;
};

struct conv_dense_layer *layer_conv_dense_layer(struct node *node)
{
    assert(node->kind == &layer_conv_dense);
    struct state *s = node->state;
    return &s->layer;
}

void layer_conv_dense_plan(struct node *node)
{
    struct state *s = node->state;
    const struct conv_dense_layer *layer = &s->layer;
    const struct conv_dense_shape *shape = &layer->shape;
    const struct window *w = &shape->window;
    assert(!layer->in_blocks || shape->channels % BLOCK == 0);
    assert(!layer->out_blocks || shape->outputs % BLOCK == 0);
    s->in = (struct layer_end){
        .layout = s->layout,
        .channels = shape->channels,
        .pixels = (size_t)w->in[0] * (size_t)w->in[1],
        .value_blocks = layer->in_blocks,
        .kernel_blocks = !shape->planar,
    };
    s->out = (struct layer_end){
        .layout = s->layout,
        .channels = shape->outputs,
        .pixels = (size_t)w->out[0] * (size_t)w->out[1],
        .value_blocks = layer->out_blocks,
        .kernel_blocks = true,
    };
    s->add = s->out;
    size_t end = s->plan.scratch_bytes / sizeof(float);
    layer_end_plan(&s->in, &end);
    layer_end_plan(&s->out, &end);
    if (layer->add) {
        layer_end_plan(&s->add, &end);
    }
    node->scratch = end * sizeof(float);
    s->scale_at = s->plan.prepared_bytes / sizeof(float);
    s->shift_at = s->scale_at + (layer->has_norm ? cache_line_fill((size_t)shape->outputs) : 0);
    end = s->shift_at + (layer->has_norm ? cache_line_fill((size_t)shape->outputs) : 0);
    node->prepared = end * sizeof(float);
}

int layer_conv_dense_become(struct node *node, const struct conv_dense_layer *layer,
                            struct error *err)
{
    struct state *state = calloc(1, sizeof *state);
    if (!state) {
        return error_nomem(err, "a network");
    }
    const struct kernel_set *set = kernel_set_current();
    state->layer = *layer;
    state->kernels = set->dense;
    state->layout = set->layout;
    conv_dense_plan(&state->plan, &layer->shape);
    node->kind = &layer_conv_dense;
    node->state = state;
    node->saved = 0;
    layer_conv_dense_plan(node);
    return 0;
}

// With s = weight / sqrt(variance + eps): (conv + bias - mean) s + shift is a
// convolution by the weights times s, with (bias - mean) s + shift as its bias.
static void fold_norm(const struct state *s, const float *parameters, float *scale, float *shift)
{
    const struct conv_dense_layer *layer = &s->layer;
    const struct batchnorm_parts *norm = &layer->norm;
    for (size_t o = 0; o < (size_t)layer->shape.outputs; o++) {
        double weight = norm->affine ? (double)parameters[norm->weight + o] : 1;
        double bias = layer->has_bias ? (double)parameters[layer->bias + o] : 0;
        double by = weight / sqrt((double)parameters[norm->running_var + o] + norm->eps);
        double to = norm->affine ? (double)parameters[norm->bias + o] : 0;
        scale[o] = (float)by;
        shift[o] = (float)((bias - (double)parameters[norm->running_mean + o]) * by + to);
    }
}

static void prepare(const void *opaque, const real *parameters, void *prepared)
{
    const struct state *s = opaque;
    const float *weights = parameters + s->layer.weight;
    const float *bias = s->layer.has_bias ? parameters + s->layer.bias : NULL;
    if (s->layer.has_norm) {
        float *scale = (float *)prepared + s->scale_at;
        float *shift = (float *)prepared + s->shift_at;
        fold_norm(s, parameters, scale, shift);
        s->kernels->prepare(&s->plan, prepared, weights, shift, scale);
    } else {
        s->kernels->prepare(&s->plan, prepared, weights, bias, NULL);
    }
}

static void forward(const void *opaque, const struct layer_pass *pass)
{
    const struct state *s = opaque;
    float *scratch = pass->scratch;
    struct conv_finish finish = {.relu = s->layer.relu};
    for (int i = 0; i < pass->images; i++) {
        const float *in = layer_end_read(&s->in, pass->inputs[0], i, scratch);
        float *out = layer_end_room(&s->out, pass->output, i, scratch);
        if (s->layer.add) {
            finish.add = layer_end_read(&s->add, pass->inputs[1], i, scratch);
        }
        s->kernels->forward(&s->plan, out, in, pass->prepared, &finish, scratch);
        layer_end_hand_over(&s->out, pass->output, i, scratch);
    }
}

static void backward(const void *opaque, const struct layer_pass *pass)
{
    const struct state *s = opaque;
    const struct conv_dense_layer *layer = &s->layer;
    float *in_gradients = pass->input_gradients[0];
    float *scratch = pass->scratch;
    assert(!layer->has_norm && !layer->add && !layer->relu);
    assert(!(layer->shape.planar && in_gradients));
    memset(scratch, 0, s->plan.stage_at * sizeof *scratch);
    for (int i = 0; i < pass->images; i++) {
        const float *in = layer_end_read(&s->in, pass->inputs[0], i, scratch);
        const float *out_gradient = layer_end_read(&s->out, pass->output_gradient, i, scratch);
        s->kernels->weight_gradient(&s->plan, in, out_gradient, scratch);
        if (in_gradients) {
            float *in_gradient = layer_end_room(&s->in, in_gradients, i, scratch);
            s->kernels->data_gradient(&s->plan, in_gradient, out_gradient, pass->prepared,
                                      scratch);
            layer_end_hand_over(&s->in, in_gradients, i, scratch);
        }
    }
    s->kernels->add_sums(&s->plan, pass->parameter_gradients + layer->weight,
                         layer->has_bias ? pass->parameter_gradients + layer->bias : NULL,
                         scratch);
}

const struct layer_kind layer_conv_dense = {
    .word = "conv",
    .prepare = prepare,
    .forward = forward,
    .backward = backward,
    .forgets_output = true,
};
