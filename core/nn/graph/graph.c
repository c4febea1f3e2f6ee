#include "core/nn/graph/graph.h"

#include "core/base/text.h"
#include "core/nn/arena.h"

#include <assert.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

// Make room for one more element behind `count` of them. The arrays of a
// graph are short, so one more at a time will do.
static int grow(void *array, int count, size_t size, struct error *err)
{
    void **pointer = array;
    void *bigger = reallocarray(*pointer, (size_t)count + 1, size);
    if (!bigger) {
        return error_nomem(err, "a network");
    }
    memset((unsigned char *)bigger + (size_t)count * size, 0, size);
    *pointer = bigger;
    return 0;
}

static int add_value(struct graph *graph, struct shape shape, struct error *err)
{
    int code = grow(&graph->values, graph->value_count, sizeof *graph->values, err);
    if (code) {
        return code;
    }
    struct value *value = &graph->values[graph->value_count++];
    value->shape = shape;
    value->elements = shape_elements(shape);
    return 0;
}

int graph_open(struct graph **ret, const char *name, struct shape input, int classes,
               struct error *err)
{
    char quoted[GRAPH_NAME_SIZE];
    text_clean(quoted, sizeof quoted, name);
    size_t elements;
    if (!shape_product(&elements, (int[]){input.channels, input.height, input.width}, 3)) {
        return error_set(err, ERR_VALUE,
                         "%s: frames of %d channels, %dx%d (width x height): each must be 1 or "
                         "more, and all pixels together at most %d", quoted, input.channels,
                         input.width, input.height, (int)SHAPE_ELEMENTS_MAX);
    }
    if (classes < 1 || classes > UINT16_MAX) {
        return error_set(err, ERR_VALUE, "%s: %d classes: 1 to %d are possible", quoted, classes,
                         UINT16_MAX);
    }
    struct graph *graph = calloc(1, sizeof *graph);
    if (!graph) {
        return error_nomem(err, "a network");
    }
    memcpy(graph->name, quoted, sizeof quoted);
    graph->classes = classes;
    int code = add_value(graph, input, err);
    if (code) {
        graph_close(&graph);
        return code;
    }
    *ret = graph;
    return 0;
}

// Until graph_finish() a buffer's offset counts from the first buffer.
static int add_entry(size_t *ret_offset, struct layer_build *build, const char *name,
                     const int *dims, int dim_count, struct initial initial, bool buffer,
                     struct error *err)
{
    struct graph *graph = build->graph;
    struct parameters *all = &graph->parameters;
    struct parameter made = {
        .dim_count = dim_count,
        .offset = buffer ? all->total - all->trained : all->trained,
        .buffer = buffer,
    };
    assert(dim_count <= PARAMETER_DIMS_MAX);
    memcpy(made.dim, dims, (size_t)dim_count * sizeof *dims);
    int length = snprintf(made.name, sizeof made.name, "%s%s", build->prefix, name);
    if (length < 0 || (size_t)length >= sizeof made.name) {
        return layer_error(build, err, "blocks are nested too deeply");
    }
    if (!shape_product(&made.size, dims, dim_count)) {
        return layer_error(build, err, "%s would have more than %d numbers", name,
                           (int)SHAPE_ELEMENTS_MAX);
    }
    int code = grow(&all->table, all->count, sizeof *all->table, err);
    if (!code) {
        code = grow(&graph->initial, all->count, sizeof *graph->initial, err);
    }
    if (code) {
        return code;
    }
    graph->initial[all->count] = initial;
    all->table[all->count++] = made;
    all->total += made.size;
    all->trained += buffer ? 0 : made.size;
    *ret_offset = made.offset;
    return 0;
}

int layer_add_parameter(size_t *ret_offset, struct layer_build *build, const char *name,
                        const int *dims, int dim_count, struct initial initial,
                        struct error *err)
{
    return add_entry(ret_offset, build, name, dims, dim_count, initial, false, err);
}

int layer_add_buffer(size_t *ret_offset, struct layer_build *build, const char *name,
                     const int *dims, int dim_count, struct initial initial,
                     struct error *err)
{
    return add_entry(ret_offset, build, name, dims, dim_count, initial, true, err);
}

// Fill the new last node from what its kind has built.
static int finish_node(struct graph *graph, struct layer_build *build, const int *inputs,
                       size_t trained_before, struct error *err)
{
    struct node *node = &graph->nodes[graph->node_count - 1];
    int code = add_value(graph, build->output, err);
    if (code) {
        return code;
    }
    struct value *output = &graph->values[graph->value_count - 1];
    output->needs_gradient = graph->parameters.trained > trained_before;
    for (int i = 0; i < build->input_count; i++) {
        struct value *input = &graph->values[inputs[i]];
        node->inputs[i] = inputs[i];
        input->readers++;
        output->needs_gradient = output->needs_gradient || input->needs_gradient;
    }
    node->input_count = build->input_count;
    node->output = graph->value_count - 1;
    node->saved = build->saved;
    node->scratch = build->scratch;
    node->prepared = build->prepared;
    node->forward_sums = build->forward_sums;
    node->backward_sums = build->backward_sums;
    node->multiply_adds = build->multiply_adds;
    node->trained = graph->parameters.trained - trained_before;
    return 0;
}

int graph_add(int *ret_value, struct graph *graph, const struct layer_kind *kind,
              const struct net_line *line, const char *prefix, const int *inputs,
              int input_count, struct error *err)
{
    assert(input_count >= 1 && input_count <= LAYER_INPUTS_MAX);
    struct shape shapes[LAYER_INPUTS_MAX];
    for (int i = 0; i < input_count; i++) {
        assert(inputs[i] >= 0 && inputs[i] < graph->value_count);
        shapes[i] = graph->values[inputs[i]].shape;
    }
    struct layer_build build = {
        .net = graph->name,
        .line = line,
        .kind = kind,
        .prefix = prefix,
        .classes = graph->classes,
        .init = graph->init,
        .inputs = shapes,
        .input_count = input_count,
        .graph = graph,
    };
    int code = grow(&graph->nodes, graph->node_count, sizeof *graph->nodes, err);
    if (code) {
        return code;
    }
    struct node *node = &graph->nodes[graph->node_count++];
    node->kind = kind;
    if (asprintf(&node->label, "line %d: %s", line->number, kind->word) < 0) {
        node->label = NULL;
        return error_nomem(err, "a network");
    }
    node->name = strndup(prefix, strlen(prefix) - (prefix[0] != 0));
    if (!node->name) {
        return error_nomem(err, "a network");
    }
    size_t trained_before = graph->parameters.trained;
    code = kind->build(&node->state, &build, err);
    if (!code) {
        code = finish_node(graph, &build, inputs, trained_before, err);
    }
    if (!code) {
        *ret_value = graph->value_count - 1;
    }
    return code;
}

int graph_finish(struct graph *graph, struct error *err)
{
    for (int i = 0; i < graph->value_count - 1; i++) {
        // The executor relies on it: every gradient is written by a reader.
        assert(graph->values[i].readers > 0);
    }
    for (int i = 0; i < graph->parameters.count; i++) {
        struct parameter *p = &graph->parameters.table[i];
        p->offset += p->buffer ? graph->parameters.trained : 0;
    }
    struct arena arena = {0};
    arena_plan(&arena, graph->parameters.total, sizeof(real));
    int code = arena_allocate(&arena, graph->name, err);
    if (!code) {
        graph->parameters.values = (real *)(void *)arena.base;
    }
    return code;
}

void graph_close(struct graph **pointer)
{
    struct graph *graph = *pointer;
    if (!graph) {
        return;
    }
    for (int i = 0; i < graph->node_count; i++) {
        free(graph->nodes[i].state);
        free(graph->nodes[i].label);
        free(graph->nodes[i].name);
    }
    free(graph->nodes);
    free(graph->values);
    free(graph->initial);
    free(graph->parameters.table);
    free(graph->parameters.values);
    free(graph);
    *pointer = NULL;
}
