#include "core/nn/fused/fuse_parts.h"

#include "core/nn/fused/layer_blocks.h"
#include "core/nn/fused/layer_conv_dense.h"
#include "core/nn/fused/layer_conv_depth.h"

enum { BLOCK = CONV_DENSE_BLOCK, NONE = FUSE_NONE };

static int round_up(int channels)
{
    return (channels + BLOCK - 1) / BLOCK * BLOCK;
}

// Is less than half of the work on channels that are not there? A matrix
// product of the plain path is about half as fast.
static bool is_worth_it(const struct conv_dense_shape *s)
{
    double channels = s->planar ? s->channels : round_up(s->channels);
    return channels * round_up(s->outputs) <= 2.0 * s->channels * s->outputs;
}

static bool find_conv(struct conv_dense_layer *layer, const struct graph *graph, int n)
{
    const struct node *node = &graph->nodes[n];
    if (node->kind != &layer_conv) {
        return false;
    }
    struct conv_parts parts = layer_conv_parts(node->state);
    const struct convolution *c = parts.convolution;
    *layer = (struct conv_dense_layer){
        .shape = {
            .channels = c->channels,
            .outputs = c->outputs,
            .window = c->window,
            .planar = c->channels <= CONV_DENSE_PLANES_MAX
                   && !graph->values[node->inputs[0]].needs_gradient,
        },
        .weight = parts.weight,
        .bias = parts.bias,
        .has_bias = parts.has_bias,
    };
    return c->groups == 1 && conv_dense_can(&layer->shape) && is_worth_it(&layer->shape);
}

// In evaluation: the norm, sum and relu that come behind a convolution. Returns
// how long the chain is; *other is the value that is added, or NONE.
static int follow(int chain[FUSE_CHAIN_MAX], int *other, struct conv_dense_layer *layer,
                  const struct graph *graph, int conv)
{
    int count = 1;
    chain[0] = conv;
    *other = NONE;
    int next = fuse_reader_of_kind(graph, conv, &layer_batchnorm);
    if (next != NONE) {
        layer->has_norm = true;
        layer->norm = layer_batchnorm_parts(graph->nodes[next].state);
        layer->norm.running_mean += graph->parameters.trained;
        layer->norm.running_var += graph->parameters.trained;
        chain[count++] = next;
    }
    int last = chain[count - 1];
    next = fuse_reader_of_kind(graph, last, &layer_sum);
    if (next != NONE && graph->nodes[next].input_count == 2) {
        const struct node *sum = &graph->nodes[next];
        *other = sum->inputs[0] == graph->nodes[last].output ? sum->inputs[1] : sum->inputs[0];
        layer->add = true;
        chain[count++] = next;
    }
    next = fuse_reader_of_kind(graph, chain[count - 1], &layer_relu);
    if (next != NONE) {
        layer->relu = true;
        chain[count++] = next;
    }
    return count;
}

static int make_dense(struct graph *graph, struct conv_dense_layer *layer, int conv,
                      bool training, struct error *err)
{
    int chain[FUSE_CHAIN_MAX] = {conv};
    int other = NONE;
    int count = training ? 1 : follow(chain, &other, layer, graph, conv);
    struct node *last = &graph->nodes[chain[count - 1]];
    int code = fuse_chain(graph, chain, count, err);
    if (code) {
        return code;
    }
    if (other != NONE) {
        last->inputs[1] = other;
        last->input_count = 2;
    }
    last->forward_sums = 0;
    last->backward_sums = 0;
    code = layer_conv_dense_become(last, layer, err);
    if (!code) {
        last->made = true;
    }
    return code;
}

static int make_depthwise(struct graph *graph, int n, struct error *err)
{
    struct node *node = &graph->nodes[n];
    if (node->kind != &layer_conv) {
        return 0;
    }
    struct conv_parts parts = layer_conv_parts(node->state);
    if (!layer_conv_depth_can(&parts)) {
        return 0;
    }
    int code = layer_conv_depth_become(node, &parts, err);
    if (!code) {
        node->made = true;
    }
    return code;
}

// A sum of two and the relu of it.
static int join_relu(struct graph *graph, int n, struct error *err)
{
    int relu = graph->nodes[n].kind == &layer_sum && graph->nodes[n].input_count == 2
             ? fuse_reader_of_kind(graph, n, &layer_relu) : NONE;
    if (relu == NONE) {
        return 0;
    }
    struct node *last = &graph->nodes[relu];
    struct node sum = graph->nodes[n];
    int code = fuse_chain(graph, (int[]){n, relu}, 2, err);
    if (code) {
        return code;
    }
    last->inputs[1] = sum.inputs[1];
    last->kind = sum.kind;
    last->state = sum.state;
    code = layer_sum_relu_become(last, graph->values[last->output].shape, err);
    if (!code) {
        last->made = true;
    }
    return code;
}

int fuse_dense(struct graph *graph, bool training, struct error *err)
{
    int code = 0;
    for (int n = 0; n < graph->node_count && !code; n++) {
        struct conv_dense_layer layer;
        if (find_conv(&layer, graph, n)) {
            code = make_dense(graph, &layer, n, training, err);
        } else {
            code = make_depthwise(graph, n, err);
        }
    }
    for (int n = 0; n < graph->node_count && !code; n++) {
        code = join_relu(graph, n, err);
    }
    return code;
}
