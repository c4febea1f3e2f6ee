#ifndef NN_WORKSPACE_H
#define NN_WORKSPACE_H

#include "core/nn/arena.h"
#include "core/nn/graph/graph.h"

#include <stdbool.h>
#include <stddef.h>

/* All memory that running a graph needs, allocated once.
 *
 * A slot holds what one block of images needs on its way through the graph:
 * every value, its gradient, and what layers save in between. Values and gradients
 * that are not needed at the same time share memory: a value is needed until the
 * last layer that reads it is done, on the way back, too, unless its kind says that
 * it forgets it. Where a block runs from end to end in one go, a slot belongs to a
 * thread and is used again and again while it is in cache; where it has to wait for
 * the others in the middle, there is one slot for every block. */

struct value_place {
    size_t at; /* in the slot, bytes */
    size_t gradient_at;
};

struct node_place {
    size_t saved_at;
    size_t prepared_at; /* in the arena */
    size_t forward_sums_at; /* in an array of sums, elements */
    size_t backward_sums_at;
    /* Another reader of that input writes its gradient first: this one's goes
     * to spare memory and is added. */
    bool spare[LAYER_INPUTS_MAX];
};

struct workspace {
    const struct graph *graph;
    struct arena arena;
    struct value_place *values; /* [graph->value_count] */
    struct node_place *nodes;   /* [graph->node_count] */
    int block_images;
    size_t spare_at; /* in the slot */
    size_t spare_bytes; /* of each */
    size_t slots_at; /* in the arena, from here on */
    size_t slot_bytes;
    size_t scratch_at; /* one per thread */
    size_t scratch_bytes;
    size_t gradients_at; /* one flat array per block */
    size_t gradient_stride; /* elements from one to the next */
    size_t sums_at; /* one array per block, and one of totals behind them */
    size_t sums;    /* elements of each */
};

struct workspace_size {
    int block_images; /* in the largest block */
    int blocks;
    int threads;
    bool training; /* with gradients */
    bool slot_per_block;
    size_t beside; /* bytes that the caller needs beside it */
};

/* The workspace borrows the graph. `what` names the net and batch for the
 * message when it does not fit this machine. */
int workspace_open(struct workspace *ret, const struct graph *graph,
                   const struct workspace_size *size, const char *what,
                   struct error *err) MUST_CHECK;

/* Accepts a zeroed workspace. */
void workspace_close(struct workspace *workspace);

/* Addresses. */
real *workspace_value(const struct workspace *w, int slot, int value);
real *workspace_gradient(const struct workspace *w, int slot, int value);
real *workspace_spare(const struct workspace *w, int slot, int input);
void *workspace_saved(const struct workspace *w, int slot, int node);
void *workspace_scratch(const struct workspace *w, int thread);
void *workspace_prepared(const struct workspace *w, int node);
real *workspace_parameter_gradient(const struct workspace *w, int block);
double *workspace_sums(const struct workspace *w, int block); /* block = blocks: the totals */

#endif
