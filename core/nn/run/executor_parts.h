#ifndef NN_EXECUTOR_PARTS_H
#define NN_EXECUTOR_PARTS_H

#include "core/nn/run/executor.h"
#include "core/nn/run/workspace.h"

#include <stdint.h>

/* What the files of the executor share: its program, how one block of images runs
 * through it, and how what the blocks leave is added up. For executor*.c. */

enum op_kind {
    OP_LOAD,
    OP_FORWARD_SUMS,
    OP_FORWARD,
    OP_HEAD,
    OP_BACKWARD_SUMS,
    OP_BACKWARD,
};

struct op {
    enum op_kind kind;
    int node;
};

struct executor {
    const struct graph *graph; // `fused`, or what the caller has
    struct graph *fused;       // or NULL
    struct executor_options options;
    struct threads *threads;
    struct workspace workspace;
    bool slot_per_block;
    struct op *ops;
    int op_count;
    int forward_end; // ops before it are a forward pass, the head included
    int images;      // of the batch last run
    int blocks;      // at most
};

// What all tasks of one segment share.
struct executor_run {
    struct executor *executor;
    const struct executor_work *work;
    int blocks;
    uint64_t noise;
    int first_op;
    int end_op;
    bool backward;     // the program goes on behind the head
    int *not_finite;   // [blocks] first bad node, or NULL: do not look
};

/* The blocks of a batch of so many images. */
static inline int executor_block_count(const struct executor *executor, int images)
{
    return images < executor->blocks ? images : executor->blocks;
}

/* Run block `block` through the segment, on `thread`; context is a struct executor_run. */
void executor_run_block(void *context, int block, int thread);

/* Behind a segment that ends with a node that needs sums: add up those of the blocks. */
void executor_total_sums(const struct executor_run *run, struct op op);

/* Add up the gradients of the `blocks` blocks of the last run, into the first one's, on all
 * threads. Returns whether all are finite. */
bool executor_add_gradients(const struct executor *executor, int blocks);

#endif
