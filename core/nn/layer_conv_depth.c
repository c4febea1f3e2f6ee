#include "core/nn/layer_conv_depth.h"

#include "core/nn/cache_line.h"
#include "core/nn/kernel_set.h"

#include <stdlib.h>
#include <string.h>

enum { BLOCK = CONV_DEPTH_BLOCK, CHANNELS_MIN = BLOCK / 2 };

struct state {
    struct conv_depth_shape shape;
    size_t weight; // offsets in the flat array of all parameters
    size_t bias;
    bool has_bias;
    bool in_blocks;
    bool out_blocks;
    const struct conv_depth_kernels *kernels;
    const struct layout_kernels *layout;
    // Per image, floats: as the neighbours have it.
    size_t in;
    size_t out;
    size_t in_pixels;
    size_t out_pixels;
    // In scratch, floats, behind the table of sums: where neighbours have planes.
    size_t in_at;
    size_t out_at;
};

static size_t blocked(const struct state *s, size_t pixels)
{
    return (size_t)(s->shape.channels + BLOCK - 1) / BLOCK * BLOCK * pixels;
}

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
    s->in_blocks = in_blocks;
    s->out_blocks = out_blocks;
    s->in_at = cache_line_fill(conv_depth_table(&s->shape));
    s->out_at = s->in_at + (in_blocks ? 0 : cache_line_fill(blocked(s, s->in_pixels)));
    size_t end = s->out_at + (out_blocks ? 0 : cache_line_fill(blocked(s, s->out_pixels)));
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
    s->layout = set->layout;
    s->in_pixels = (size_t)w->in[0] * (size_t)w->in[1];
    s->out_pixels = (size_t)w->out[0] * (size_t)w->out[1];
    s->in = (size_t)s->shape.channels * s->in_pixels;
    s->out = (size_t)s->shape.channels * s->out_pixels;
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

// Image i of the input in blocks.
static const float *input_of(const struct state *s, const struct layer_pass *pass, int i)
{
    const float *in = pass->inputs[0] + (size_t)i * s->in;
    if (s->in_blocks) {
        return in;
    }
    float *blocks = (float *)pass->scratch + s->in_at;
    s->layout->to_blocks(blocks, in, s->shape.channels, s->in_pixels);
    return blocks;
}

static void forward(const void *opaque, const struct layer_pass *pass)
{
    const struct state *s = opaque;
    for (int i = 0; i < pass->images; i++) {
        float *out = pass->output + (size_t)i * s->out;
        float *blocks = s->out_blocks ? out : (float *)pass->scratch + s->out_at;
        s->kernels->forward(&s->shape, blocks, input_of(s, pass, i), pass->prepared);
        if (!s->out_blocks) {
            s->layout->to_planes(out, blocks, s->shape.channels, s->out_pixels);
        }
    }
}

static void backward(const void *opaque, const struct layer_pass *pass)
{
    const struct state *s = opaque;
    float *scratch = pass->scratch;
    memset(scratch, 0, s->in_at * sizeof *scratch);
    for (int i = 0; i < pass->images; i++) {
        const float *out_gradient = pass->output_gradient + (size_t)i * s->out;
        if (!s->out_blocks) {
            float *blocks = scratch + s->out_at;
            s->layout->to_blocks(blocks, out_gradient, s->shape.channels, s->out_pixels);
            out_gradient = blocks;
        }
        s->kernels->weight_gradient(&s->shape, scratch, input_of(s, pass, i), out_gradient);
        if (!pass->input_gradients[0]) {
            continue;
        }
        float *in_gradient = pass->input_gradients[0] + (size_t)i * s->in;
        float *blocks = s->in_blocks ? in_gradient : scratch + s->in_at;
        s->kernels->data_gradient(&s->shape, blocks, out_gradient, pass->prepared);
        if (!s->in_blocks) {
            s->layout->to_planes(in_gradient, blocks, s->shape.channels, s->in_pixels);
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
