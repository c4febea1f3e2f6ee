#ifndef NN_FUSE_PARTS_H
#define NN_FUSE_PARTS_H

#include "core/nn/graph/graph.h"

/* The steps of graph_fuse(), which all work on its copy of a graph. Nodes that
 * became part of another stay for the time being, without a kind. */

enum { FUSE_NONE = -1, FUSE_CHAIN_MAX = 4 };

/* The node that alone reads the value, or FUSE_NONE. */
int fuse_only_reader(const struct graph *graph, int value);

/* The same for what the node writes, if that reader is of this kind. */
int fuse_reader_of_kind(const struct graph *graph, int node, const struct layer_kind *kind);

/* The node that writes the value, or FUSE_NONE for the input. */
int fuse_writer(const struct graph *graph, int value);

/* Each node of the chain alone reads what the one before it writes. Make the
 * last one the whole: it reads what the first one read, has its name and
 * origin, and a label of them all. Its kind and state are the caller's. */
int fuse_chain(struct graph *graph, const int *chain, int count, struct error *err) MUST_CHECK;

/* Conv nodes compute in blocks of channels where that is faster; for
 * evaluation they take in what follows them. A relu joins the sum before it. */
int fuse_dense(struct graph *graph, bool training, struct error *err) MUST_CHECK;

/* Choose which values are in blocks of channels, and tell the nodes. */
int fuse_layout(struct graph *graph, struct error *err) MUST_CHECK;

#endif
