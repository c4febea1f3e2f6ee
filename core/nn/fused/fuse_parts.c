#include "core/nn/fused/fuse_parts.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>

int fuse_only_reader(const struct graph *graph, int value)
{
    for (int n = 0; n < graph->node_count && graph->values[value].readers == 1; n++) {
        const struct node *node = &graph->nodes[n];
        for (int i = 0; node->kind && i < node->input_count; i++) {
            if (node->inputs[i] == value) {
                return n;
            }
        }
    }
    return FUSE_NONE;
}

int fuse_reader_of_kind(const struct graph *graph, int node, const struct layer_kind *kind)
{
    int reader = fuse_only_reader(graph, graph->nodes[node].output);
    return reader != FUSE_NONE && graph->nodes[reader].kind == kind ? reader : FUSE_NONE;
}

int fuse_writer(const struct graph *graph, int value)
{
    for (int n = 0; n < graph->node_count; n++) {
        if (graph->nodes[n].kind && graph->nodes[n].output == value) {
            return n;
        }
    }
    return FUSE_NONE;
}

// "line 1: conv, line 2: relu"; NULL where memory is out.
static char *chain_label(const struct graph *graph, const int *chain, int count)
{
    char *label = NULL;
    for (int i = 0; i < count; i++) {
        char *longer;
        int length = asprintf(&longer, "%s%s%s", label ? label : "", label ? ", " : "",
                              graph->nodes[chain[i]].label);
        free(label);
        label = length < 0 ? NULL : longer;
        if (!label) {
            return NULL;
        }
    }
    return label;
}

int fuse_chain(struct graph *graph, const int *chain, int count, struct error *err)
{
    assert(count >= 1 && count <= FUSE_CHAIN_MAX);
    const struct node *first = &graph->nodes[chain[0]];
    struct node *last = &graph->nodes[chain[count - 1]];
    if (count == 1) {
        return 0;
    }
    char *label = chain_label(graph, chain, count);
    if (!label) {
        return error_nomem(err, "a network");
    }
    if (last->named) {
        free(last->label);
    }
    last->label = label;
    last->named = true;
    last->name = first->name;
    last->origin = first->origin;
    last->inputs[0] = first->inputs[0];
    last->input_count = first->input_count;
    for (int i = 0; i < count - 1; i++) {
        struct node *node = &graph->nodes[chain[i]];
        last->trained += node->trained;
        last->multiply_adds += node->multiply_adds;
        graph->values[node->output].readers = 0;
        node->kind = NULL;
    }
    return 0;
}
