#include "core/nn/layer_conv_dense.h"

#include "core/nn/cache_line.h"
#include "core/nn/kernel_set.h"

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
    // Per image, floats: as the neighbours have it.
    size_t in;
    size_t out;
    size_t in_pixels;
    size_t out_pixels;
    // In scratch, floats: where the neighbours have planes and the kernels blocks.
    size_t in_at;
    size_t out_at;
    size_t add_at;
    // In prepared memory, floats: what a norm makes of weights and bias.
    size_t scale_at;
    size_t shift_at;
};

static size_t blocked(int channels, size_t pixels)
{
    return (size_t)(channels + BLOCK - 1) / BLOCK * BLOCK * pixels;
}

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
    assert(!(shape->planar && layer->in_blocks));
    s->in_pixels = (size_t)w->in[0] * (size_t)w->in[1];
    s->out_pixels = (size_t)w->out[0] * (size_t)w->out[1];
    s->in = (size_t)shape->channels * s->in_pixels;
    s->out = (size_t)shape->outputs * s->out_pixels;
    size_t in_blocked = blocked(shape->channels, s->in_pixels);
    size_t out_blocked = blocked(shape->outputs, s->out_pixels);
    assert(!layer->in_blocks || s->in == in_blocked);
    assert(!layer->out_blocks || s->out == out_blocked);
    size_t end = s->plan.scratch_bytes / sizeof(float);
    s->in_at = end;
    end += layer->in_blocks || shape->planar ? 0 : cache_line_fill(in_blocked);
    s->out_at = end;
    end += layer->out_blocks ? 0 : cache_line_fill(out_blocked);
    s->add_at = end;
    end += layer->out_blocks || !layer->add ? 0 : cache_line_fill(out_blocked);
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
    struct conv_finish finish = {.relu = s->layer.relu};
    for (int i = 0; i < pass->images; i++) {
        float *out = pass->output + (size_t)i * s->out;
        float *blocks = s->layer.out_blocks ? out : scratch + s->out_at;
        if (s->layer.add) {
            finish.add = pass->inputs[1] + (size_t)i * s->out;
            if (!s->layer.out_blocks) {
                s->layout->to_blocks(scratch + s->add_at, finish.add, s->layer.shape.outputs,
                                     s->out_pixels);
                finish.add = scratch + s->add_at;
            }
        }
        s->kernels->forward(&s->plan, blocks, input_of(s, pass, i), pass->prepared, &finish,
                            scratch);
        if (!s->layer.out_blocks) {
            s->layout->to_planes(out, blocks, s->layer.shape.outputs, s->out_pixels);
        }
    }
}

static void backward(const void *opaque, const struct layer_pass *pass)
{
    const struct state *s = opaque;
    const struct conv_dense_layer *layer = &s->layer;
    float *scratch = pass->scratch;
    assert(!layer->has_norm && !layer->add && !layer->relu);
    memset(scratch, 0, s->plan.stage_at * sizeof *scratch);
    for (int i = 0; i < pass->images; i++) {
        const float *out_gradient = pass->output_gradient + (size_t)i * s->out;
        if (!layer->out_blocks) {
            float *blocks = scratch + s->out_at;
            s->layout->to_blocks(blocks, out_gradient, layer->shape.outputs, s->out_pixels);
            out_gradient = blocks;
        }
        s->kernels->weight_gradient(&s->plan, input_of(s, pass, i), out_gradient, scratch);
        if (!pass->input_gradients[0]) {
            continue;
        }
        float *in_gradient = pass->input_gradients[0] + (size_t)i * s->in;
        float *blocks = layer->in_blocks ? in_gradient : scratch + s->in_at;
        s->kernels->data_gradient(&s->plan, blocks, out_gradient, pass->prepared, scratch);
        if (!layer->in_blocks) {
            s->layout->to_planes(in_gradient, blocks, layer->shape.channels, s->in_pixels);
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
