#ifndef NN_INIT_H
#define NN_INIT_H

#include "core/nn/graph/graph.h"

#include <stdint.h>

/* Fill all parameters with what their layers asked for. Every parameter draws
 * from a stream of its own, made of the seed and its name: a layer added
 * behind, or a longer bias, changes nothing elsewhere. */
void init_parameters(struct graph *graph, uint64_t seed);

#endif
