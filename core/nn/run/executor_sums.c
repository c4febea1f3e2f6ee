#include "core/nn/run/executor_parts.h"

#include "core/nn/kernels/kernels.h"
#include "core/nn/run/profile.h"

#include <stdatomic.h>

// Elements of the flat gradient that one task adds up, and that it has in
// first-level cache at a time: of every block.
enum { RANGE = 4096, SPAN = 256 };

// Add up what the blocks left for a node that needs sums: neighbours first,
// then pairs, and so on; the order depends on the number of blocks alone.
void executor_total_sums(const struct executor_run *run, struct op op)
{
    const struct workspace *w = &run->executor->workspace;
    const struct node *node = &run->executor->graph->nodes[op.node];
    bool forward = op.kind == OP_FORWARD_SUMS;
    size_t at = forward ? w->nodes[op.node].forward_sums_at : w->nodes[op.node].backward_sums_at;
    size_t count = (size_t)(forward ? node->forward_sums : node->backward_sums);
    int most = executor_block_count(run->executor, run->executor->options.images);
    double *totals = workspace_sums(w, most) + at;
    for (int step = 1; step < run->blocks; step *= 2) {
        for (int block = 0; block + step < run->blocks; block += 2 * step) {
            double *to = workspace_sums(w, block) + at;
            const double *from = workspace_sums(w, block + step) + at;
            for (size_t i = 0; i < count; i++) {
                to[i] += from[i];
            }
        }
    }
    for (size_t i = 0; i < count; i++) {
        totals[i] = (workspace_sums(w, 0) + at)[i];
    }
}

struct reduction {
    const struct executor *executor;
    int blocks;
    atomic_bool not_finite;
};

// Add up one range of the blocks' gradients in the same tree.
static void reduce_range(void *context, int index, int thread)
{
    struct reduction *reduction = context;
    const struct executor *executor = reduction->executor;
    struct profile *profile = executor->options.profile;
    uint64_t began = profile ? profile_clock() : 0;
    const struct workspace *w = &executor->workspace;
    size_t first = (size_t)index * RANGE;
    size_t left = executor->graph->parameters.trained - first;
    size_t count = left < RANGE ? left : RANGE;
    for (size_t at = first; at < first + count; at += SPAN) {
        size_t span = first + count - at < SPAN ? first + count - at : SPAN;
        for (int step = 1; step < reduction->blocks; step *= 2) {
            for (int block = 0; block + step < reduction->blocks; block += 2 * step) {
                kernel_add(workspace_parameter_gradient(w, block) + at,
                           workspace_parameter_gradient(w, block + step) + at, span);
            }
        }
    }
    if (kernel_finite(workspace_parameter_gradient(w, 0) + first, count) != 0) {
        atomic_store(&reduction->not_finite, true);
    }
    if (profile) {
        profile_lap_part(profile, thread, PROFILE_SUM, &began);
    }
}

bool executor_add_gradients(const struct executor *executor, int blocks)
{
    struct reduction reduction = {.executor = executor, .blocks = blocks};
    size_t total = executor->graph->parameters.trained;
    threads_run(executor->threads, (int)((total + RANGE - 1) / RANGE), reduce_range, &reduction);
    return !atomic_load(&reduction.not_finite);
}
