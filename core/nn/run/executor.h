#ifndef NN_EXECUTOR_H
#define NN_EXECUTOR_H

#include "core/base/error.h"
#include "core/base/threads.h"
#include "core/nn/graph/graph.h"

#include <stdbool.h>
#include <stdint.h>

/* Runs a graph over a batch of images.
 *
 * The batch is cut into blocks, by its size and the graph alone. The graph becomes
 * a program (load, forward of every node, head, backward of every node) that every
 * block runs through; where a node needs sums over the whole batch, the program is
 * cut into segments: all blocks finish one before any starts the next, and the
 * sums are added up in between. Parameter gradients are kept per block and
 * added up in a fixed tree. Which thread does what never shows in a result. */
struct executor;
struct profile; /* profile.h */

/* A block is the work of one thread. MIN: of a net that is mostly large matrices, which a
 * few threads read as fast as memory gives them. */
enum { EXECUTOR_BLOCKS_MIN = 4, EXECUTOR_BLOCKS_MAX = 16 };

struct executor_options {
    int images;    /* the largest batch */
    bool training; /* false: no memory for gradients, layers as in evaluation */
    bool plain;    /* run the nodes one by one, as they are: not as graph_fuse() has them */
    struct profile *profile; /* NULL, or where the time of runs is added; must outlive it */
    size_t beside; /* bytes that the caller needs beside it: refused together, before either */
};

/* Graph and threads must outlive the executor; the graph's parameters may
 * change between runs. */
int executor_open(struct executor **ret, const struct graph *graph,
                  const struct executor_options *options, struct threads *threads,
                  struct error *err) MUST_CHECK;

/* Accepts NULL; sets *executor to NULL. */
void executor_close(struct executor **executor);

/* One batch. The functions are called from many threads at once, each for
 * other images, and must depend on nothing but these. */
struct executor_work {
    int images; /* 1 .. options.images */

    /* Write the input of images first .. first+images-1. */
    void (*load)(void *context, int first, int images, real *input);

    /* Take their output; write the gradient of the loss by it, unless NULL. */
    void (*head)(void *context, int first, int images, const real *output, real *gradient);
    void *context;

    /* What layers that draw random numbers draw from. */
    uint64_t seed;
    uint64_t step;
};

/* Forward only. */
void executor_forward(struct executor *executor, const struct executor_work *work);

/* Forward and backward (of an executor for training). Returns whether all
 * parameter gradients are finite. */
bool executor_train(struct executor *executor, const struct executor_work *work);

/* The step that executor_train() has computed stands: layers with buffers
 * bring them up to date (running means). Call it at most once for each. */
void executor_finish_step(struct executor *executor);

/* The gradient that executor_train() left: [parameters.trained], valid until
 * the next run. */
const real *executor_gradient(const struct executor *executor);

/* Run forward again to find the first node whose output is not finite; the
 * node, or -1. For an error message. */
int executor_find_not_finite(struct executor *executor, const struct executor_work *work);

#endif
