#ifndef NN_FUSE_H
#define NN_FUSE_H

#include "core/nn/graph/graph.h"

/* Another graph that computes what a finished graph does, but for rounding, in
 * a form that runs faster:
 *
 * - conv, relu and maxpool 2 in a row (or conv, maxpool 2 and relu, which is
 *   the same) become one node where nothing else reads what is between them
 *   and conv_pool.h has a path for the shape;
 * - where such a node alone reads what another one writes, the value between
 *   them is in blocks of channels, and only as much of it is computed as is
 *   read: its shape and elements then say so;
 * - other convolutions compute in blocks of channels where that is worth it,
 *   with conv_dense.h, or conv_depth.h where each channel is a group of its own;
 * - a relu of what another relu wrote is dropped.
 *
 * It shares the parameters, and borrows all else but its nodes and values: the
 * plain graph must outlive it. Each node's `origin` is its number there; that
 * of the conv, where several became one. Kernels are those of the kernel set
 * that is current now. */
int graph_fuse(struct graph **ret, const struct graph *graph, bool training,
               struct error *err) MUST_CHECK;

/* Accepts NULL; sets *fused to NULL. */
void graph_fuse_close(struct graph **fused);

#endif
