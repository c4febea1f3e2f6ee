#include "core/nn/fused/fuse.h"

#include "core/nn/fused/fuse_parts.h"
#include "core/nn/fused/layer_conv_pool.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { BLOCK = CONV_POOL_BLOCK, NONE = FUSE_NONE };

// Three nodes that become one.
struct run {
    int conv;
    int relu;
    int pool;
    int last; // relu or pool
    struct conv_pool_layer layer;
};

static bool is_two_by_two(const struct window *w)
{
    return w->size[0] == 2 && w->size[1] == 2 && w->stride[0] == 2 && w->stride[1] == 2
        && w->padding[0] == 0 && w->padding[1] == 0;
}

static bool is_plain(const struct convolution *c)
{
    const struct window *w = &c->window;
    return c->groups == 1 && w->stride[0] == 1 && w->stride[1] == 1 && w->dilation[0] == 1
        && w->dilation[1] == 1;
}

// Fewer multiplications than a direct convolution? Not when most of a block of
// eight channels would be filling.
static bool is_worth_it(const struct conv_pool_shape *s)
{
    double channels = s->planar ? s->channels : (s->channels + BLOCK - 1) / BLOCK * BLOCK;
    double outputs = (s->outputs + BLOCK - 1) / BLOCK * BLOCK;
    double taps = s->size[1] <= 3 ? 3 : s->size[1] <= 5 ? 5 : 7;
    return channels * outputs * (taps + 3) / 4 < (double)s->channels * s->outputs * s->size[1];
}

// Does a run begin with this node? Fills *run but for what depends on its
// neighbours.
static bool find_run(struct run *run, const struct graph *graph, int conv)
{
    const struct node *node = &graph->nodes[conv];
    if (node->kind != &layer_conv) {
        return false;
    }
    int relu = fuse_reader_of_kind(graph, conv, &layer_relu);
    int pool = fuse_reader_of_kind(graph, relu == NONE ? conv : relu, &layer_maxpool);
    if (relu == NONE && pool != NONE) {
        relu = fuse_reader_of_kind(graph, pool, &layer_relu);
    }
    if (relu == NONE || pool == NONE
        || !is_two_by_two(layer_maxpool_window(graph->nodes[pool].state))) {
        return false;
    }
    struct conv_parts parts = layer_conv_parts(node->state);
    const struct convolution *c = parts.convolution;
    const struct window *pooled = layer_maxpool_window(graph->nodes[pool].state);
    *run = (struct run){.conv = conv, .relu = relu, .pool = pool};
    run->last = relu > pool ? relu : pool;
    run->layer = (struct conv_pool_layer){
        .shape = {
            .channels = c->channels,
            .outputs = c->outputs,
            .in = {c->window.in[0], c->window.in[1]},
            .size = {c->window.size[0], c->window.size[1]},
            .padding = {c->window.padding[0], c->window.padding[1]},
            .pooled = {pooled->out[0], pooled->out[1]},
            .planar = c->channels <= CONV_POOL_PLANES_MAX
                   && !graph->values[node->inputs[0]].needs_gradient,
        },
        .weight = parts.weight,
        .bias = parts.bias,
        .has_bias = parts.has_bias,
    };
    return is_plain(c) && conv_pool_can(&run->layer.shape) && is_worth_it(&run->layer.shape);
}

// How many rows or columns of its input a run reads, at most `there`.
static int reach(const struct conv_pool_shape *s, int axis, int there)
{
    int end = 2 * s->pooled[axis] + s->size[axis] - 1 - s->padding[axis];
    return end < there ? end : there;
}

// The value between two runs, of which the second alone reads the first. The
// second is settled already.
static void join(struct graph *graph, struct run *from, struct run *to)
{
    from->layer.out_blocks = true;
    to->layer.in_blocks = true;
    for (int axis = 0; axis < 2; axis++) {
        int seen = reach(&to->layer.shape, axis, from->layer.shape.pooled[axis]);
        from->layer.shape.pooled[axis] = seen;
        to->layer.shape.in[axis] = seen;
    }
    struct value *value = &graph->values[graph->nodes[from->last].output];
    int blocks = (from->layer.shape.outputs + BLOCK - 1) / BLOCK;
    value->shape.channels = blocks * BLOCK;
    value->shape.height = from->layer.shape.pooled[0];
    value->shape.width = from->layer.shape.pooled[1];
    value->elements = shape_elements(value->shape);
}

// Can the filled-up channels still be counted?
static bool fits_blocks(const struct run *run)
{
    const struct conv_pool_shape *s = &run->layer.shape;
    size_t product;
    return shape_product(&product, (int[]){s->outputs + BLOCK, s->pooled[0], s->pooled[1]}, 3);
}

static void join_runs(struct graph *graph, struct run *runs, int count)
{
    for (int k = count - 1; k >= 0; k--) {
        int reader = fuse_only_reader(graph, graph->nodes[runs[k].last].output);
        for (int other = k + 1; other < count; other++) {
            if (runs[other].conv == reader && fits_blocks(&runs[k])) {
                join(graph, &runs[k], &runs[other]);
            }
        }
    }
}

static int collapse(struct graph *graph, const struct run *run, struct error *err)
{
    int middle = run->last == run->relu ? run->pool : run->relu;
    int code = fuse_chain(graph, (int[]){run->conv, middle, run->last}, 3, err);
    code = code ? code : layer_conv_pool_become(&graph->nodes[run->last], &run->layer, err);
    if (!code) {
        graph->nodes[run->last].made = true;
    }
    return code;
}

// Has the value been through a relu, and only been laid out anew since?
static bool is_rectified(const struct graph *graph, int value)
{
    int n = fuse_writer(graph, value);
    while (n != NONE && graph->nodes[n].kind == &layer_flatten) {
        n = fuse_writer(graph, graph->nodes[n].inputs[0]);
    }
    return n != NONE
        && (graph->nodes[n].kind == &layer_conv_pool || graph->nodes[n].kind == &layer_relu);
}

// A relu of what is not negative does nothing: its readers may read its input.
// Going back, it stops only gradients that the relu before it stops, too.
static void drop_idle_relus(struct graph *graph)
{
    for (int n = 0; n < graph->node_count; n++) {
        struct node *relu = &graph->nodes[n];
        struct value *output = &graph->values[relu->output];
        if (relu->kind != &layer_relu || output->readers == 0
            || !is_rectified(graph, relu->inputs[0])) {
            continue;
        }
        for (int m = n + 1; m < graph->node_count; m++) {
            struct node *reader = &graph->nodes[m];
            for (int i = 0; reader->kind && i < reader->input_count; i++) {
                if (reader->inputs[i] == relu->output) {
                    reader->inputs[i] = relu->inputs[0];
                }
            }
        }
        graph->values[relu->inputs[0]].readers += output->readers - 1;
        output->readers = 0;
        relu->kind = NULL;
    }
}

// Drop nodes without a kind and the values that they wrote; number the rest
// anew.
static void close_gaps(struct graph *graph, int *renumber)
{
    int nodes = 0;
    int values = 1;
    renumber[0] = 0;
    for (int n = 0; n < graph->node_count; n++) {
        struct node *node = &graph->nodes[n];
        if (!node->kind) {
            continue;
        }
        for (int i = 0; i < node->input_count; i++) {
            node->inputs[i] = renumber[node->inputs[i]];
        }
        renumber[node->output] = values;
        graph->values[values] = graph->values[node->output];
        node->output = values++;
        graph->nodes[nodes++] = *node;
    }
    graph->node_count = nodes;
    graph->value_count = values;
}

static int fuse(struct graph *graph, bool training, struct error *err)
{
    int code = 0;
    int count = 0;
    struct run *runs = calloc((size_t)graph->node_count + 1, sizeof *runs);
    int *renumber = calloc((size_t)graph->value_count, sizeof *renumber);
    if (!runs || !renumber) {
        code = error_nomem(err, "a network");
        goto done;
    }
    for (int n = 0; n < graph->node_count; n++) {
        graph->nodes[n].origin = n;
        count += find_run(&runs[count], graph, n);
    }
    join_runs(graph, runs, count);
    for (int k = 0; k < count && !code; k++) {
        code = collapse(graph, &runs[k], err);
    }
    if (!code) {
        drop_idle_relus(graph);
        code = fuse_dense(graph, training, err);
    }
    code = code ? code : fuse_layout(graph, err);
    if (!code) {
        close_gaps(graph, renumber);
    }
done:
    free(runs);
    free(renumber);
    return code;
}

int graph_fuse(struct graph **ret, const struct graph *graph, bool training, struct error *err)
{
    struct graph *fused = malloc(sizeof *fused);
    if (!fused) {
        return error_nomem(err, "a network");
    }
    *fused = *graph;
    fused->nodes = calloc((size_t)graph->node_count + 1, sizeof *fused->nodes);
    fused->values = calloc((size_t)graph->value_count, sizeof *fused->values);
    int code = fused->nodes && fused->values ? 0 : error_nomem(err, "a network");
    if (!code) {
        memcpy(fused->nodes, graph->nodes, (size_t)graph->node_count * sizeof *fused->nodes);
        memcpy(fused->values, graph->values, (size_t)graph->value_count * sizeof *fused->values);
        code = fuse(fused, training, err);
    }
    if (code) {
        graph_fuse_close(&fused);
        return code;
    }
    *ret = fused;
    return 0;
}

void graph_fuse_close(struct graph **pointer)
{
    struct graph *fused = *pointer;
    if (!fused) {
        return;
    }
    for (int n = 0; fused->nodes && n < fused->node_count; n++) {
        if (fused->nodes[n].made) {
            free(fused->nodes[n].state);
        }
        if (fused->nodes[n].named) {
            free(fused->nodes[n].label);
        }
    }
    free(fused->nodes);
    free(fused->values);
    free(fused);
    *pointer = NULL;
}
