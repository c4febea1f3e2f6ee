#ifndef NN_GRAPH_H
#define NN_GRAPH_H

#include "core/nn/graph/layer.h"
#include "core/nn/parameters.h"

/* A network as a list of nodes in an order in which they can run. Each node
 * reads values that stand before it and writes one new value. Value 0 is the
 * input; the value written last is the output. */

enum { GRAPH_NAME_SIZE = 256 };

struct value {
    struct shape shape;
    size_t elements;     /* per image */
    int readers;         /* nodes that read it, counted once per reading */
    bool needs_gradient; /* a parameter lies upstream */
};

struct node {
    const struct layer_kind *kind;
    void *state; /* the kind's own */
    char *label; /* "line 3: conv", for messages */
    char *name;  /* "3.body.0": its parameters' names without the last part; may be "" */
    int inputs[LAYER_INPUTS_MAX]; /* values */
    int input_count;
    int output;           /* value */
    size_t saved;         /* as in struct layer_build, from here on */
    size_t scratch;
    size_t prepared;
    int forward_sums;
    int backward_sums;
    double multiply_adds;
    size_t trained; /* elements of its own parameters, without buffers */
    int origin;     /* in a graph of graph_fuse(): the node that it was made of; */
    bool made;      /* its state is its own, */
    bool named;     /* and its label */
};

struct graph {
    char name[GRAPH_NAME_SIZE]; /* of the net, escaped, for messages */
    int classes;
    enum init_rule init; /* how weights begin unless their line says */
    struct node *nodes;
    int node_count;
    struct value *values; /* [node_count + 1] */
    int value_count;
    struct parameters parameters;
    struct initial *initial; /* [parameters.count] */
};

/* An empty graph with the input as value 0. Dims below 1 and products that do
 * not fit are ERR_VALUE. */
int graph_open(struct graph **ret, const char *name, struct shape input, int classes,
               struct error *err) MUST_CHECK;

/* Add a node of this kind, described by `line`, that reads `inputs`. Its
 * parameters are called prefix + name. *ret_value is what it writes. */
int graph_add(int *ret_value, struct graph *graph, const struct layer_kind *kind,
              const struct net_line *line, const char *prefix, const int *inputs,
              int input_count, struct error *err) MUST_CHECK;

/* Add the lines of a spec: layers one after the other, blocks with all that is
 * in them. */
int graph_add_spec(struct graph *graph, const struct net_spec *spec,
                   struct error *err) MUST_CHECK;

/* No more nodes: allocate the parameters (zeros), check that all is used. */
int graph_finish(struct graph *graph, struct error *err) MUST_CHECK;

/* Accepts NULL and half-built graphs; sets *graph to NULL. */
void graph_close(struct graph **graph);

#endif
