#include "core/nn/fused/fuse_parts.h"

#include "core/nn/fused/layer_blocks.h"
#include "core/nn/fused/layer_conv_dense.h"
#include "core/nn/fused/layer_conv_depth.h"
#include "core/nn/fused/layer_conv_pool.h"

#include <stdlib.h>

/* Layers between convolutions want all that they read and write in one layout:
 * such values form a class, which is in blocks where all of it can be and a
 * convolution stands at its edge. Convolutions, and flatten, take either. */

enum { BLOCK = CONV_DENSE_BLOCK, NONE = FUSE_NONE };

struct class {
    int parent; // another value of the same class, or itself
    bool planes; // must be
    bool wanted;
};

static int root(struct class *classes, int value)
{
    while (classes[value].parent != value) {
        value = classes[value].parent;
    }
    return value;
}

static void unite(struct class *classes, int a, int b)
{
    a = root(classes, a);
    b = root(classes, b);
    classes[a].parent = b;
    classes[b].planes = classes[b].planes || classes[a].planes;
    classes[b].wanted = classes[b].wanted || classes[a].wanted;
}

static void must_be_planes(struct class *classes, int value)
{
    classes[root(classes, value)].planes = true;
}

static void want_blocks(struct class *classes, int value)
{
    classes[root(classes, value)].wanted = true;
}

// Does it compute in blocks, if all that it reads and writes is?
static bool takes_blocks(const struct layer_kind *kind)
{
    return kind->elementwise || kind == &layer_sum || kind == &layer_sum_relu
        || kind == &layer_concat || kind == &layer_batchnorm || kind == &layer_maxpool
        || kind == &layer_avgpool || kind == &layer_globalavgpool;
}

static void look_at_node(struct class *classes, struct node *node)
{
    if (node->kind == &layer_conv_dense) {
        const struct conv_dense_layer *layer = layer_conv_dense_layer(node);
        if (layer->shape.planar) {
            must_be_planes(classes, node->inputs[0]);
        }
        want_blocks(classes, node->inputs[0]);
        want_blocks(classes, node->output);
        if (layer->add) {
            unite(classes, node->inputs[1], node->output);
        }
    } else if (node->kind == &layer_conv_pool) {
        if (layer_conv_pool_layer(node)->shape.planar) {
            must_be_planes(classes, node->inputs[0]);
        }
        want_blocks(classes, node->inputs[0]);
        want_blocks(classes, node->output);
    } else if (node->kind == &layer_conv_depth) {
        want_blocks(classes, node->inputs[0]);
        want_blocks(classes, node->output);
    } else if (node->kind == &layer_flatten) {
        must_be_planes(classes, node->output);
    } else {
        for (int i = 0; i < node->input_count; i++) {
            if (takes_blocks(node->kind)) {
                unite(classes, node->inputs[i], node->output);
            } else {
                must_be_planes(classes, node->inputs[i]);
            }
        }
        if (!takes_blocks(node->kind)) {
            must_be_planes(classes, node->output);
        }
    }
}

static bool is_blocks(struct class *classes, int value)
{
    const struct class *class = &classes[root(classes, value)];
    return class->wanted && !class->planes;
}

// A norm in blocks takes in the relu behind it.
static int make_norm(struct graph *graph, int n, struct error *err)
{
    int relu = fuse_reader_of_kind(graph, n, &layer_relu);
    struct node norm = graph->nodes[n];
    struct node *last = &graph->nodes[relu == NONE ? n : relu];
    struct shape in = graph->values[norm.inputs[0]].shape;
    int code = fuse_chain(graph, (int[]){n, relu}, relu == NONE ? 1 : 2, err);
    if (code) {
        return code;
    }
    last->state = norm.state;
    last->forward_sums = norm.forward_sums;
    last->backward_sums = norm.backward_sums;
    return layer_batchnorm_blocks_become(last, in, relu != NONE, err);
}

static int tell_node(struct graph *graph, struct class *classes, int n, struct error *err)
{
    struct node *node = &graph->nodes[n];
    if (!node->kind) {
        return 0;
    }
    bool in = is_blocks(classes, node->inputs[0]);
    bool out = is_blocks(classes, node->output);
    struct shape shape = graph->values[node->inputs[0]].shape;
    int code = 0;
    if (node->kind == &layer_conv_dense) {
        layer_conv_dense_layer(node)->in_blocks = in;
        layer_conv_dense_layer(node)->out_blocks = out;
        layer_conv_dense_plan(node);
        return 0;
    }
    if (node->kind == &layer_conv_pool) {
        layer_conv_pool_set_layout(node, in, out);
        return 0;
    }
    if (node->kind == &layer_conv_depth) {
        layer_conv_depth_set_layout(node, in, out);
        return 0;
    }
    if (!in || node->kind == &layer_sum_relu) {
        return 0;
    }
    if (node->kind == &layer_batchnorm) {
        int reader = fuse_reader_of_kind(graph, n, &layer_relu);
        code = make_norm(graph, n, err);
        node = &graph->nodes[reader == NONE ? n : reader];
    } else if (node->kind == &layer_maxpool || node->kind == &layer_avgpool
               || node->kind == &layer_globalavgpool) {
        code = layer_pool_blocks_become(node, shape, err);
    } else if (node->kind == &layer_flatten) {
        code = layer_flatten_blocks_become(node, shape, err);
    } else {
        return 0; // element by element, or block by block: as it is
    }
    if (!code) {
        node->made = true;
    }
    return code;
}

int fuse_layout(struct graph *graph, struct error *err)
{
    struct class *classes = calloc((size_t)graph->value_count, sizeof *classes);
    if (!classes) {
        return error_nomem(err, "a network");
    }
    for (int v = 0; v < graph->value_count; v++) {
        struct shape shape = graph->values[v].shape;
        classes[v].parent = v;
        classes[v].planes = v == 0 || shape.flat || shape.channels % BLOCK != 0;
    }
    for (int n = 0; n < graph->node_count; n++) {
        if (graph->nodes[n].kind) {
            look_at_node(classes, &graph->nodes[n]);
        }
    }
    must_be_planes(classes, graph->nodes[graph->node_count - 1].output);
    int code = 0;
    for (int n = 0; n < graph->node_count && !code; n++) {
        code = tell_node(graph, classes, n, err);
    }
    free(classes);
    return code;
}
