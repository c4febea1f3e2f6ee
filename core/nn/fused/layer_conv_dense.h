#ifndef NN_LAYER_CONV_DENSE_H
#define NN_LAYER_CONV_DENSE_H

#include "core/nn/graph/graph.h"
#include "core/nn/kernels/conv_dense.h"
#include "core/nn/layers/layer_parts.h"

/* conv as a node that computes in blocks of channels (conv_dense.h), whatever
 * its neighbours do; no word of a net's text. In evaluation it can take in a
 * batch norm, the sum with one more value, and a relu that come behind it. */

struct conv_dense_layer {
    struct conv_dense_shape shape;
    size_t weight; /* offsets in the flat array of all parameters */
    size_t bias;
    bool has_bias;
    bool has_norm; /* weights are scaled and the bias shifted by what a norm has learnt: each
                      weight is rounded once more, which is all that changes */
    struct batchnorm_parts norm;
    bool add;        /* the node's second input is added, */
    bool relu;       /* and then what is negative becomes zero */
    bool in_blocks;  /* the value it reads is in blocks of channels */
    bool out_blocks; /* so are the one it writes, and the one it adds */
};

/* Turn the node into one of kind layer_conv_dense, using the kernel set that is
 * current now. The new state is one malloc()ed piece; the old one is not freed.
 * ERR_NOMEM leaves the node as it was. */
int layer_conv_dense_become(struct node *node, const struct conv_dense_layer *layer,
                            struct error *err) MUST_CHECK;

/* Of a node of that kind: what it was made from, to be changed, */
struct conv_dense_layer *layer_conv_dense_layer(struct node *node);

/* and then planned anew. */
void layer_conv_dense_plan(struct node *node);

#endif
