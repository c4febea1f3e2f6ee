#include "core/nn/fused/layer_blocks.h"

#include "core/nn/kernels/kernel_set.h"
#include "core/nn/layers/layer_parts.h"

#include <assert.h>
#include <stdlib.h>

/* Poolings, and flatten, in blocks of channels. */

enum { BLOCK = CONV_DENSE_BLOCK };

struct state {
    struct window window;
    bool count_padding;
    int channels;
    size_t in; // elements of one block
    size_t out;
    const struct pool_kernels *pool;
    const struct layout_kernels *layout;
};

static int become(struct node *node, const struct layer_kind *kind, const struct window *w,
                  bool count_padding, struct shape in, struct error *err)
{
    struct state *state = malloc(sizeof *state);
    if (!state) {
        return error_nomem(err, "a network");
    }
    *state = (struct state){
        .window = *w,
        .count_padding = count_padding,
        .channels = in.channels,
        .in = (size_t)w->in[0] * (size_t)w->in[1] * BLOCK,
        .out = (size_t)w->out[0] * (size_t)w->out[1] * BLOCK,
        .pool = kernel_set_current()->pool,
        .layout = kernel_set_current()->layout,
    };
    node->kind = kind;
    node->state = state;
    return 0;
}

// All of the plane is one window.
static struct window whole(struct shape in)
{
    return (struct window){
        .in = {in.height, in.width},
        .out = {1, 1},
        .size = {in.height, in.width},
        .stride = {1, 1},
        .dilation = {1, 1},
    };
}

int layer_pool_blocks_become(struct node *node, struct shape in, struct error *err)
{
    if (node->kind == &layer_maxpool) {
        return become(node, &layer_maxpool_blocks, layer_maxpool_window(node->state), false, in,
                      err);
    }
    if (node->kind == &layer_avgpool) {
        struct avgpool_parts parts = layer_avgpool_parts(node->state);
        return become(node, &layer_avgpool_blocks, parts.window, parts.count_padding, in, err);
    }
    assert(node->kind == &layer_globalavgpool);
    struct window w = whole(in);
    return become(node, &layer_avgpool_blocks, &w, true, in, err);
}

int layer_flatten_blocks_become(struct node *node, struct shape in, struct error *err)
{
    struct window w = whole(in);
    return become(node, &layer_flatten_blocks, &w, false, in, err);
}

// Blocks of all images of the pass.
static size_t block_count(const struct state *s, const struct layer_pass *pass)
{
    return (size_t)pass->images * (size_t)s->channels / BLOCK;
}

static void max_forward(const void *opaque, const struct layer_pass *pass)
{
    const struct state *s = opaque;
    int32_t *where = pass->saved;
    for (size_t b = 0; b < block_count(s, pass); b++) {
        s->pool->max(pass->output + b * s->out, where + b * s->out, pass->inputs[0] + b * s->in,
                     &s->window);
    }
}

static void max_backward(const void *opaque, const struct layer_pass *pass)
{
    const struct state *s = opaque;
    const int32_t *where = pass->saved;
    float *dx = pass->input_gradients[0];
    for (size_t b = 0; dx && b < block_count(s, pass); b++) {
        s->pool->max_backward(dx + b * s->in, where + b * s->out,
                              pass->output_gradient + b * s->out, &s->window);
    }
}

const struct layer_kind layer_maxpool_blocks = {
    .word = "maxpool",
    .forward = max_forward,
    .backward = max_backward,
    .forgets_inputs = true,
    .forgets_output = true,
};

static void mean_forward(const void *opaque, const struct layer_pass *pass)
{
    const struct state *s = opaque;
    for (size_t b = 0; b < block_count(s, pass); b++) {
        s->pool->mean(pass->output + b * s->out, pass->inputs[0] + b * s->in, &s->window,
                      s->count_padding);
    }
}

static void mean_backward(const void *opaque, const struct layer_pass *pass)
{
    const struct state *s = opaque;
    float *dx = pass->input_gradients[0];
    for (size_t b = 0; dx && b < block_count(s, pass); b++) {
        s->pool->mean_backward(dx + b * s->in, pass->output_gradient + b * s->out, &s->window,
                               s->count_padding);
    }
}

const struct layer_kind layer_avgpool_blocks = {
    .word = "avgpool",
    .forward = mean_forward,
    .backward = mean_backward,
    .forgets_inputs = true,
    .forgets_output = true,
};

static void flatten_forward(const void *opaque, const struct layer_pass *pass)
{
    const struct state *s = opaque;
    size_t image = s->in / BLOCK * (size_t)s->channels;
    for (size_t i = 0; i < (size_t)pass->images; i++) {
        s->layout->to_planes(pass->output + i * image, pass->inputs[0] + i * image, s->channels,
                             s->in / BLOCK);
    }
}

static void flatten_backward(const void *opaque, const struct layer_pass *pass)
{
    const struct state *s = opaque;
    size_t image = s->in / BLOCK * (size_t)s->channels;
    float *dx = pass->input_gradients[0];
    for (size_t i = 0; dx && i < (size_t)pass->images; i++) {
        s->layout->to_blocks(dx + i * image, pass->output_gradient + i * image, s->channels,
                             s->in / BLOCK);
    }
}

const struct layer_kind layer_flatten_blocks = {
    .word = "flatten",
    .forward = flatten_forward,
    .backward = flatten_backward,
    .forgets_inputs = true,
    .forgets_output = true,
};
