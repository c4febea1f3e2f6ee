#ifndef NN_LAYER_BLOCKS_H
#define NN_LAYER_BLOCKS_H

#include "core/nn/graph/graph.h"

/* Layers as nodes that read and write values in blocks of eight channels,
 * [channels / 8][height][width][8], for graph_fuse(). No words of a net's text;
 * channels are divisible by eight.
 *
 * Each function turns a node of the kind in its name into one that computes the
 * same in blocks, using the kernel set that is current now. The new state is
 * one malloc()ed piece, which may point into the old one, and the old one is not
 * freed. ERR_NOMEM leaves the node as it was. `in` is the shape that it reads. */

/* With relu: the norm, and the relu of it. */
int layer_batchnorm_blocks_become(struct node *node, struct shape in, bool relu,
                                  struct error *err) MUST_CHECK;

/* maxpool, avgpool, globalavgpool */
int layer_pool_blocks_become(struct node *node, struct shape in, struct error *err) MUST_CHECK;

/* Reads blocks, writes a row in the order of planes. */
int layer_flatten_blocks_become(struct node *node, struct shape in,
                                struct error *err) MUST_CHECK;

/* add, and the relu of it; for either layout. */
int layer_sum_relu_become(struct node *node, struct shape in, struct error *err) MUST_CHECK;

extern const struct layer_kind layer_batchnorm_blocks;
extern const struct layer_kind layer_maxpool_blocks;
extern const struct layer_kind layer_avgpool_blocks;
extern const struct layer_kind layer_flatten_blocks;
extern const struct layer_kind layer_sum_relu;

#endif
