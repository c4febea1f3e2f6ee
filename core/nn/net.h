#ifndef NN_NET_H
#define NN_NET_H

#include "core/base/error.h"
#include "core/nn/parameters.h"
#include "core/nn/spec.h"

#include <stdint.h>

/* A network: layers with meaning, shapes that fit, and its parameters. */
struct net;

struct net_input {
    int channels;
    int height;
    int width;
};

/* Give a spec meaning for inputs of this shape and `classes` outputs. Errors
 * name the spec, the line, what it got and what it needs. The spec is not
 * kept. Parameters are zero until net_init() or a model fills them. */
int net_build(struct net **ret, const struct net_spec *spec, struct net_input input, int classes,
              struct error *err) MUST_CHECK;

/* Accepts NULL; sets *net to NULL. */
void net_close(struct net **net);

/* PyTorch's default initialisation: weights and biases of convolutions and
 * linear layers uniform in +-1/sqrt(fan_in). */
void net_init(struct net *net, uint64_t seed);

/* The network's own table and values; valid as long as the net. */
struct parameters *net_parameters(struct net *net);

struct net_input net_input(const struct net *net);
int net_classes(const struct net *net);

/* Multiply-adds of one forward pass over one frame. */
double net_multiply_adds(const struct net *net);

#endif
