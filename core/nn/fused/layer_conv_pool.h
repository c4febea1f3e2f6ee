#ifndef NN_LAYER_CONV_POOL_H
#define NN_LAYER_CONV_POOL_H

#include "core/nn/graph/graph.h"
#include "core/nn/kernels/conv_pool.h"
#include "core/nn/layers/layer_parts.h"

/* conv + relu + maxpool 2 as one node; no word of a net's text. */

struct conv_pool_layer {
    struct conv_pool_shape shape;
    size_t weight; /* offsets in the flat arrays */
    size_t bias;
    bool has_bias;
    bool in_blocks;  /* the value it reads is in blocks of channels (conv_pool.h) */
    bool out_blocks; /* so is the one it writes */
};

/* Turn the node into one of kind layer_conv_pool, using the kernel set that is
 * current now. The new state is one malloc()ed piece; the old one is not freed.
 * ERR_NOMEM leaves the node as it was. */
int layer_conv_pool_become(struct node *node, const struct conv_pool_layer *layer,
                           struct error *err) MUST_CHECK;

/* Of a node of that kind. */
const struct conv_pool_layer *layer_conv_pool_layer(const struct node *node);

/* Change the layout of what it reads and writes. */
void layer_conv_pool_set_layout(struct node *node, bool in_blocks, bool out_blocks);

#endif
