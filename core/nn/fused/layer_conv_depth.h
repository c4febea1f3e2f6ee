#ifndef NN_LAYER_CONV_DEPTH_H
#define NN_LAYER_CONV_DEPTH_H

#include "core/nn/graph/graph.h"
#include "core/nn/layers/layer_parts.h"

#include <stdbool.h>

/* A depthwise conv as a node that computes in blocks of channels (conv_depth.h),
 * whatever its neighbours do; no word of a net's text. */

extern const struct layer_kind layer_conv_depth;

/* Is it one, and worth it: not mostly filling up to eight channels? */
bool layer_conv_depth_can(const struct conv_parts *parts);

/* Turn the node into one of that kind, using the kernel set that is current now.
 * The new state is one malloc()ed piece; the old one is not freed. ERR_NOMEM
 * leaves the node as it was. */
int layer_conv_depth_become(struct node *node, const struct conv_parts *parts,
                            struct error *err) MUST_CHECK;

/* Of a node of that kind: are the values it reads and writes in blocks? In the
 * beginning they are not. */
void layer_conv_depth_set_layout(struct node *node, bool in_blocks, bool out_blocks);

#endif
