#include "core/nn/run/executor_parts.h"

#include "core/nn/fused/fuse.h"
#include "core/nn/noise.h"
#include "core/nn/run/profile.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>

enum { GRADIENT_COST = 50 };

// How many blocks a full batch is worth. Each has a gradient of its own, to be set
// to zero, filled and added up: for every number of it about the time of
// GRADIENT_COST multiply-adds. Where that would be more than the forward pass, as
// with large linear layers, fewer and larger blocks are faster.
static int choose_blocks(const struct graph *graph, int images)
{
    double work = 0;
    for (int n = 0; n < graph->node_count; n++) {
        work += graph->nodes[n].multiply_adds * images;
    }
    int blocks = EXECUTOR_BLOCKS_MAX;
    while (blocks > EXECUTOR_BLOCKS_MIN
           && (double)graph->parameters.trained * GRADIENT_COST * blocks > work) {
        blocks /= 2;
    }
    return blocks;
}

// ---- the program ----

static bool is_barrier(struct op op)
{
    return op.kind == OP_FORWARD_SUMS || op.kind == OP_BACKWARD_SUMS;
}

static void add_op(struct executor *executor, enum op_kind kind, int node)
{
    struct op op = {kind, node};
    executor->ops[executor->op_count++] = op;
    executor->slot_per_block = executor->slot_per_block || is_barrier(op);
}

static int make_program(struct executor *executor, struct error *err)
{
    const struct graph *graph = executor->graph;
    bool training = executor->options.training;
    executor->ops = calloc(4 * (size_t)graph->node_count + 2, sizeof *executor->ops);
    if (!executor->ops) {
        return error_nomem(err, graph->name);
    }
    add_op(executor, OP_LOAD, 0);
    for (int n = 0; n < graph->node_count; n++) {
        if (training && graph->nodes[n].kind->forward_sums) {
            add_op(executor, OP_FORWARD_SUMS, n);
        }
        add_op(executor, OP_FORWARD, n);
    }
    add_op(executor, OP_HEAD, 0);
    executor->forward_end = executor->op_count;
    for (int n = graph->node_count - 1; training && n >= 0; n--) {
        const struct node *node = &graph->nodes[n];
        if (!graph->values[node->output].needs_gradient) {
            continue; // no parameter here or before
        }
        if (node->kind->backward_sums) {
            add_op(executor, OP_BACKWARD_SUMS, n);
        }
        add_op(executor, OP_BACKWARD, n);
    }
    return 0;
}

static int choose_graph(struct executor *executor, const struct graph *graph,
                        struct error *err)
{
    executor->graph = graph;
#ifndef NN_DOUBLE // fused nodes compute in float
    if (!executor->options.plain) {
        int code = graph_fuse(&executor->fused, graph, executor->options.training, err);
        if (code) {
            return code;
        }
        executor->graph = executor->fused;
    }
#endif
    (void)err;
    return 0;
}

int executor_open(struct executor **ret, const struct graph *graph,
                  const struct executor_options *options, struct threads *threads,
                  struct error *err)
{
    assert(options->images >= 1);
    assert(!options->training || graph->values[graph->value_count - 1].needs_gradient);
    struct executor *executor = calloc(1, sizeof *executor);
    if (!executor) {
        return error_nomem(err, graph->name);
    }
    executor->options = *options;
    executor->threads = threads;
    int code = choose_graph(executor, graph, err);
    code = code ? code : make_program(executor, err);
    if (code) {
        goto fail;
    }
    graph = executor->graph;
    if (options->profile && (code = profile_set_graph(options->profile, graph, err))) {
        goto fail;
    }
    executor->blocks = choose_blocks(graph, options->images);
    int blocks = executor_block_count(executor, options->images);
    struct workspace_size size = {
        .block_images = (options->images - 1) / blocks + 1,
        .blocks = blocks,
        .threads = threads_count(threads),
        .training = options->training,
        .slot_per_block = executor->slot_per_block,
        .beside = options->beside,
    };
    char what[GRAPH_NAME_SIZE + 64];
    snprintf(what, sizeof what, "%s with batches of %d frames", graph->name, options->images);
    code = workspace_open(&executor->workspace, graph, &size, what, err);
    if (code) {
        goto fail;
    }
    *ret = executor;
    return 0;
fail:
    executor_close(&executor);
    return code;
}

void executor_close(struct executor **executor)
{
    if (*executor) {
        workspace_close(&(*executor)->workspace);
#ifndef NN_DOUBLE
        graph_fuse_close(&(*executor)->fused);
#endif
        free((*executor)->ops);
        free(*executor);
        *executor = NULL;
    }
}

// ---- all blocks ----

static void prepare_node(void *context, int index, int thread)
{
    const struct executor *executor = context;
    const struct node *node = &executor->graph->nodes[index];
    struct profile *profile = executor->options.profile;
    uint64_t began = profile ? profile_clock() : 0;
    if (node->kind->prepare) {
        node->kind->prepare(node->state, executor->graph->parameters.values,
                            workspace_prepared(&executor->workspace, index));
    }
    if (profile) {
        profile_lap_part(profile, thread, PROFILE_PREPARE, &began);
    }
}

static void run_program(struct executor *executor, const struct executor_work *work, int end,
                        int *not_finite)
{
    assert(work->images >= 1 && work->images <= executor->options.images);
    struct executor_run run = {
        .executor = executor,
        .work = work,
        .blocks = executor_block_count(executor, work->images),
        .noise = noise_of_step(work->seed, work->step),
        .backward = end > executor->forward_end,
        .not_finite = not_finite,
    };
    executor->images = work->images;
    threads_run(executor->threads, executor->graph->node_count, prepare_node, executor);
    while (run.end_op < end) {
        run.first_op = run.end_op;
        do {
            run.end_op++;
        } while (run.end_op < end && !is_barrier(executor->ops[run.end_op - 1]));
        threads_run(executor->threads, run.blocks, executor_run_block, &run);
        if (is_barrier(executor->ops[run.end_op - 1])) {
            executor_total_sums(&run, executor->ops[run.end_op - 1]);
        }
    }
}

void executor_forward(struct executor *executor, const struct executor_work *work)
{
    run_program(executor, work, executor->forward_end, NULL);
}

bool executor_train(struct executor *executor, const struct executor_work *work)
{
    assert(executor->options.training);
    run_program(executor, work, executor->op_count, NULL);
    return executor_add_gradients(executor, executor_block_count(executor, work->images));
}

void executor_finish_step(struct executor *executor)
{
    const struct graph *graph = executor->graph;
    const struct workspace *w = &executor->workspace;
    int most = executor_block_count(executor, executor->options.images);
    const double *totals = workspace_sums(w, most);
    for (int n = 0; n < graph->node_count; n++) {
        const struct node *node = &graph->nodes[n];
        if (node->kind->finish_step) {
            node->kind->finish_step(node->state,
                                    graph->parameters.values + graph->parameters.trained,
                                    totals + w->nodes[n].forward_sums_at, executor->images);
        }
    }
}

const real *executor_gradient(const struct executor *executor)
{
    return workspace_parameter_gradient(&executor->workspace, 0);
}

int executor_find_not_finite(struct executor *executor, const struct executor_work *work)
{
    int found[EXECUTOR_BLOCKS_MAX];
    for (int i = 0; i < EXECUTOR_BLOCKS_MAX; i++) {
        found[i] = -1;
    }
    run_program(executor, work, executor->forward_end, found);
    int first = -1;
    for (int i = 0; i < EXECUTOR_BLOCKS_MAX; i++) {
        if (found[i] >= 0 && (first < 0 || found[i] < first)) {
            first = found[i];
        }
    }
    return first >= 0 && executor->fused ? executor->graph->nodes[first].origin : first;
}
