#include "core/nn/graph/net.h"

#include "core/base/text.h"
#include "core/nn/graph/graph.h"
#include "core/nn/graph/graph_spec.h"
#include "core/nn/graph/init.h"
#include "core/nn/graph/net_graph.h"
#include "core/nn/kernels/blas.h"

#include <stdlib.h>

struct net {
    struct graph *graph;
    struct net_input input;
    int frames_per_example;
};

// What remains to check once every line has its meaning: the output.
static int check_output(const struct graph *graph, const struct net_spec *spec, int first_line,
                        int classes, struct error *err)
{
    if (spec->line_count == first_line) {
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
    if (graph->parameters.trained == 0) {
        return error_set(err, ERR_VALUE, "%s: no layer has parameters, so there is nothing to "
                         "train: end with 'linear'", graph->name);
    }
    return 0;
}

// The shape of an example: all frames of a sample on top of each other, or one.
static int input_shape(struct shape *ret, int *ret_frames, const struct spec_settings *settings,
                       const struct net_spec *spec, struct net_input input, struct error *err)
{
    int frames = settings->stack ? input.frames : 1;
    size_t channels = 0;
    if (settings->stack
        && (frames < 1 || (input.channels >= 1
                           && !shape_product(&channels, (int[]){frames, input.channels}, 2)))) {
        char name[GRAPH_NAME_SIZE];
        return error_set(err, ERR_VALUE, "%s: input stack: samples of %d frames; 1 or more are "
                         "needed, and at most %d channels in all",
                         text_clean(name, sizeof name, spec->name), frames,
                         (int)SHAPE_ELEMENTS_MAX);
    }
    *ret = shape_planes(frames * input.channels, input.height, input.width);
    *ret_frames = frames;
    return 0;
}

int net_build(struct net **ret, const struct net_spec *spec, struct net_input input, int classes,
              struct error *err)
{
    struct graph *graph = NULL;
    struct spec_settings settings = {0};
    struct shape shape = {0};
    int frames = 1;
    blas_single_thread();
    int code = spec_settings_read(&settings, spec, err);
    code = code ? code : input_shape(&shape, &frames, &settings, spec, input, err);
    code = code ? code : graph_open(&graph, spec->name, shape, classes, err);
    if (!code) {
        code = graph_add_spec(graph, spec, err);
    }
    if (!code) {
        code = check_output(graph, spec, settings.lines, classes, err);
    }
    if (!code) {
        code = graph_finish(graph, err);
    }
    struct net *net = code ? NULL : malloc(sizeof *net);
    if (!net) {
        graph_close(&graph);
        return code ? code : error_nomem(err, "a network");
    }
    *net = (struct net){graph, input, frames};
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

int net_frames_per_example(const struct net *net)
{
    return net->frames_per_example;
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

int net_layer_count(const struct net *net)
{
    return net->graph->node_count;
}

struct net_layer net_layer(const struct net *net, int index)
{
    const struct node *node = &net->graph->nodes[index];
    return (struct net_layer){
        .name = node->name,
        .label = node->label,
        .output = net->graph->values[node->output].shape,
        .parameters = node->trained,
        .multiply_adds = node->multiply_adds,
    };
}

const struct graph *net_graph(const struct net *net)
{
    return net->graph;
}
