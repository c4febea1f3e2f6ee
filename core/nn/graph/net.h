#ifndef NN_NET_H
#define NN_NET_H

#include "core/base/error.h"
#include "core/nn/parameters.h"
#include "core/nn/shape.h"
#include "core/nn/spec.h"

#include <stdint.h>

/* A network: layers with meaning, shapes that fit, and its parameters. */
struct net;

struct net_input {
    int channels;
    int height;
    int width;
    int frames; /* of a sample: needed where the net's text says 'input stack' */
};

/* Give a spec meaning for inputs of this shape and `classes` outputs. Errors
 * name the spec, the line, what it got and what it needs. The spec is not
 * kept. Parameters are zero until net_init() or a model fills them. */
int net_build(struct net **ret, const struct net_spec *spec, struct net_input input, int classes,
              struct error *err) MUST_CHECK;

/* Accepts NULL; sets *net to NULL. */
void net_close(struct net **net);

/* Draw the first values as the net's text says. PyTorch's default: weights and
 * biases of convolutions and linear layers uniform in +-1/sqrt(fan_in). */
void net_init(struct net *net, uint64_t seed);

/* The network's own table and values; valid as long as the net. */
struct parameters *net_parameters(struct net *net);

struct net_input net_input(const struct net *net);

/* Frames that one example is made of: 1, or with 'input stack' all of a
 * sample's, whose channels follow one another: [frames][channels][...]. */
int net_frames_per_example(const struct net *net);
int net_classes(const struct net *net);

/* Multiply-adds of one forward pass over one example. */
double net_multiply_adds(const struct net *net);

/* One step of the computation, for a table of them. Texts live as long as the
 * net. */
struct net_layer {
    const char *name;  /* "3.body.0", as in its parameters' names; "" where it has none */
    const char *label; /* "line 7: conv" */
    struct shape output;
    size_t parameters; /* trained numbers, without buffers */
    double multiply_adds;
};

int net_layer_count(const struct net *net);
struct net_layer net_layer(const struct net *net, int index);

#endif
