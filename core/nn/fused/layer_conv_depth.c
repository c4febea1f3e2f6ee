#include "core/nn/fused/layer_conv_depth.h"

#include "core/nn/fused/layer_ends.h"
#include "core/nn/kernels/cache_line.h"
#include "core/nn/kernels/kernel_set.h"

#include <stdlib.h>
#include <string.h>

enum { BLOCK = CONV_DEPTH_BLOCK, CHANNELS_MIN = BLOCK / 2 };

struct state {
    struct conv_depth_shape shape;
    size_t weight; // offsets in the flat array of all parameters
    size_t bias;
    bool has_bias;
    const struct conv_depth_kernels *kernels;
    // Scratch memory begins with the table of sums: this many floats, whole lines.
    size_t sums;
    struct layer_end in;
    struct layer_end out;
};

bool layer_conv_depth_can(const struct conv_parts *parts)
{
    const struct convolution *c = parts->convolution;
    const struct window *w = &c->window;
    size_t product;
    for (int axis = 0; axis < 2; axis++) {
        // Offsets of places stay far below what an int holds.
        if ((double)w->size[axis] * w->dilation[axis] > SHAPE_ELEMENTS_MAX / 4.0) {
            return false;
        }
    }
    return c->groups == c->channels && c->outputs == c->channels && c->channels >= CHANNELS_MIN
        && shape_product(&product, (int[]){c->channels + BLOCK, w->in[0], w->in[1]}, 3)
        && shape_product(&product, (int[]){c->channels + BLOCK, w->out[0], w->out[1]}, 3);
}

void layer_conv_depth_set_layout(struct node *node, bool in_blocks, bool out_blocks)
{
    struct state *s = node->state;
    s->in.value_blocks = in_blocks;
    s->out.value_blocks = out_blocks;
    size_t end = s->sums;
    layer_end_plan(&s->in, &end);
    layer_end_plan(&s->out, &end);
    node->scratch = end * sizeof(float);
}

int layer_conv_depth_become(struct node *node, const struct conv_parts *parts, struct error *err)
{
    struct state *s = calloc(1, sizeof *s);
    if (!s) {
        return error_nomem(err, "a network");
    }
    const struct window *w = &parts->convolution->window;
    const struct kernel_set *set = kernel_set_current();
    s->shape = (struct conv_depth_shape){parts->convolution->channels, *w};
    s->weight = parts->weight;
    s->bias = parts->bias;
    s->has_bias = parts->has_bias;
    s->kernels = set->depth;
    s->sums = cache_line_fill(conv_depth_table(&s->shape));
    s->in = (struct layer_end){
        .layout = set->layout,
        .channels = s->shape.channels,
        .pixels = (size_t)w->in[0] * (size_t)w->in[1],
        .kernel_blocks = true,
    };
    s->out = s->in;
    s->out.pixels = (size_t)w->out[0] * (size_t)w->out[1];
    node->kind = &layer_conv_depth;
    node->state = s;
    node->saved = 0;
    node->prepared = conv_depth_table(&s->shape) * sizeof(float);
    layer_conv_depth_set_layout(node, false, false);
    return 0;
}

static void prepare(const void *opaque, const real *parameters, void *prepared)
{
    const struct state *s = opaque;
    conv_depth_prepare(&s->shape, prepared, parameters + s->weight,
                       s->has_bias ? parameters + s->bias : NULL);
}

static void forward(const void *opaque, const struct layer_pass *pass)
{
    const struct state *s = opaque;
    float *scratch = pass->scratch;
    for (int i = 0; i < pass->images; i++) {
        const float *in = layer_end_read(&s->in, pass->inputs[0], i, scratch);
        float *out = layer_end_room(&s->out, pass->output, i, scratch);
        s->kernels->forward(&s->shape, out, in, pass->prepared);
        layer_end_hand_over(&s->out, pass->output, i, scratch);
    }
}

static void backward(const void *opaque, const struct layer_pass *pass)
{
    const struct state *s = opaque;
    float *in_gradients = pass->input_gradients[0];
    float *scratch = pass->scratch;
    memset(scratch, 0, s->sums * sizeof *scratch);
    for (int i = 0; i < pass->images; i++) {
        const float *in = layer_end_read(&s->in, pass->inputs[0], i, scratch);
        const float *out_gradient = layer_end_read(&s->out, pass->output_gradient, i, scratch);
        s->kernels->weight_gradient(&s->shape, scratch, in, out_gradient);
        if (in_gradients) {
            float *in_gradient = layer_end_room(&s->in, in_gradients, i, scratch);
            s->kernels->data_gradient(&s->shape, in_gradient, out_gradient, pass->prepared);
            layer_end_hand_over(&s->in, in_gradients, i, scratch);
        }
    }
    conv_depth_add_sums(&s->shape, pass->parameter_gradients + s->weight,
                        s->has_bias ? pass->parameter_gradients + s->bias : NULL, scratch);
}

const struct layer_kind layer_conv_depth = {
    .word = "conv",
    .prepare = prepare,
    .forward = forward,
    .backward = backward,
    .forgets_output = true,
};
