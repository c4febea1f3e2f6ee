#include "core/nn/net.h"

#include "core/nn/blas.h"
#include "core/nn/graph.h"
#include "core/nn/init.h"
#include "core/nn/net_graph.h"

#include <stdlib.h>

struct net {
    struct graph *graph;
    struct net_input input;
};

// What remains to check once every line has its meaning: the output.
static int check_output(const struct graph *graph, const struct net_spec *spec, int classes,
                        struct error *err)
{
    if (spec->line_count == 0) {
        return error_set(err, ERR_VALUE, "%s: no layers; at least 'flatten' and 'linear' are "
                         "needed", graph->name);
    }
    struct shape shape = graph->values[graph->value_count - 1].shape;
    int line = spec->lines[spec->line_count - 1].number;
    if (!shape.flat || shape.channels != classes) {
        char text[SHAPE_TEXT_SIZE];
        return error_set(err, ERR_VALUE,
                         "%s, line %d: the last layer gives %s, but one number for each of the "
                         "%d classes is needed: end with 'linear'", graph->name, line,
                         shape_text(text, shape), classes);
    }
    if (graph->parameters.total == 0) {
        return error_set(err, ERR_VALUE, "%s: no layer has parameters, so there is nothing to "
                         "train: end with 'linear'", graph->name);
    }
    return 0;
}

int net_build(struct net **ret, const struct net_spec *spec, struct net_input input, int classes,
              struct error *err)
{
    struct graph *graph = NULL;
    struct shape shape = shape_planes(input.channels, input.height, input.width);
    blas_single_thread();
    int code = graph_open(&graph, spec->name, shape, classes, err);
    if (!code) {
        code = graph_add_spec(graph, spec, err);
    }
    if (!code) {
        code = check_output(graph, spec, classes, err);
    }
    if (!code) {
        code = graph_finish(graph, err);
    }
    struct net *net = code ? NULL : malloc(sizeof *net);
    if (!net) {
        graph_close(&graph);
        return code ? code : error_nomem(err, "a network");
    }
    *net = (struct net){graph, input};
    *ret = net;
    return 0;
}

void net_close(struct net **net)
{
    if (*net) {
        graph_close(&(*net)->graph);
        free(*net);
        *net = NULL;
    }
}

void net_init(struct net *net, uint64_t seed)
{
    init_parameters(net->graph, seed);
}

struct parameters *net_parameters(struct net *net)
{
    return &net->graph->parameters;
}

struct net_input net_input(const struct net *net)
{
    return net->input;
}

int net_classes(const struct net *net)
{
    return net->graph->classes;
}

double net_multiply_adds(const struct net *net)
{
    double sum = 0;
    for (int i = 0; i < net->graph->node_count; i++) {
        sum += net->graph->nodes[i].multiply_adds;
    }
    return sum;
}

const struct graph *net_graph(const struct net *net)
{
    return net->graph;
}
