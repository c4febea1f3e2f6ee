#include "core/nn/executor.h"

#include "core/nn/fuse.h"
#include "core/nn/kernels.h"
#include "core/nn/noise.h"
#include "core/nn/profile.h"
#include "core/nn/workspace.h"

#include <assert.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

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

// Elements of the flat gradient that one task adds up, and that it has in
// first-level cache at a time: of every block.
enum { RANGE = 4096, SPAN = 256 };

enum { GRADIENT_COST = 50 };

// What all tasks of one segment share.
struct run {
    struct executor *executor;
    const struct executor_work *work;
    int blocks;
    uint64_t noise;
    int first_op;
    int end_op;
    bool backward;     // the program goes on behind the head
    int *not_finite;   // [blocks] first bad node, or NULL: do not look
};

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

static int block_count(const struct executor *executor, int images)
{
    return images < executor->blocks ? images : executor->blocks;
}

static int block_start(int images, int blocks, int block)
{
    return (int)((int64_t)images * block / blocks);
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
    int blocks = block_count(executor, options->images);
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

// ---- one block ----

// A place in the run: block `block`, on thread `thread`.
struct place {
    int block;
    int thread;
    int slot;
    int first; // image
    int images;
};

static void fill_pass(struct layer_pass *pass, const struct run *run, const struct place *place,
                      int n)
{
    const struct executor *executor = run->executor;
    const struct workspace *w = &executor->workspace;
    const struct graph *graph = executor->graph;
    const struct node *node = &graph->nodes[n];
    double *totals = workspace_sums(w, block_count(executor, executor->options.images));
    *pass = (struct layer_pass){
        .images = place->images,
        .batch = run->work->images,
        .training = executor->options.training,
        .first = place->first,
        .noise = run->noise,
        .parameters = graph->parameters.values,
        .buffers = graph->parameters.values + graph->parameters.trained,
        .output = workspace_value(w, place->slot, node->output),
        .saved = workspace_saved(w, place->slot, n),
        .scratch = workspace_scratch(w, place->thread),
        .prepared = workspace_prepared(w, n),
        .forward_totals = totals + w->nodes[n].forward_sums_at,
        .backward_totals = totals + w->nodes[n].backward_sums_at,
    };
    for (int i = 0; i < node->input_count; i++) {
        pass->inputs[i] = workspace_value(w, place->slot, node->inputs[i]);
    }
}

static void fill_pass_backward(struct layer_pass *pass, const struct run *run,
                               const struct place *place, int n)
{
    const struct workspace *w = &run->executor->workspace;
    const struct graph *graph = run->executor->graph;
    const struct node *node = &graph->nodes[n];
    pass->output_gradient = workspace_gradient(w, place->slot, node->output);
    pass->parameter_gradients = workspace_parameter_gradient(w, place->block);
    for (int i = 0; i < node->input_count; i++) {
        if (graph->values[node->inputs[i]].needs_gradient) {
            pass->input_gradients[i] = w->nodes[n].spare[i]
                                     ? workspace_spare(w, place->slot, i)
                                     : workspace_gradient(w, place->slot, node->inputs[i]);
        }
    }
}

static void run_node(const struct run *run, const struct place *place, struct op op)
{
    const struct workspace *w = &run->executor->workspace;
    const struct graph *graph = run->executor->graph;
    const struct node *node = &graph->nodes[op.node];
    struct layer_pass pass;
    fill_pass(&pass, run, place, op.node);
    double *sums = workspace_sums(w, place->block);
    if (op.kind == OP_FORWARD_SUMS) {
        pass.block_sums = sums + w->nodes[op.node].forward_sums_at;
        node->kind->forward_sums(node->state, &pass);
        return;
    }
    if (op.kind == OP_FORWARD) {
        node->kind->forward(node->state, &pass);
        return;
    }
    fill_pass_backward(&pass, run, place, op.node);
    if (op.kind == OP_BACKWARD_SUMS) {
        pass.block_sums = sums + w->nodes[op.node].backward_sums_at;
        node->kind->backward_sums(node->state, &pass);
        return;
    }
    node->kind->backward(node->state, &pass);
    for (int i = 0; i < node->input_count; i++) {
        if (pass.input_gradients[i] && w->nodes[op.node].spare[i]) {
            kernel_add(workspace_gradient(w, place->slot, node->inputs[i]),
                       pass.input_gradients[i],
                       (size_t)place->images * graph->values[node->inputs[i]].elements);
        }
    }
}

static void run_load(const struct run *run, const struct place *place)
{
    const struct workspace *w = &run->executor->workspace;
    run->work->load(run->work->context, place->first, place->images,
                    workspace_value(w, place->slot, 0));
    if (run->backward) {
        memset(workspace_parameter_gradient(w, place->block), 0,
               w->gradient_stride * sizeof(real));
    }
}

static void run_head(const struct run *run, const struct place *place)
{
    const struct workspace *w = &run->executor->workspace;
    int output = run->executor->graph->value_count - 1;
    run->work->head(run->work->context, place->first, place->images,
                    workspace_value(w, place->slot, output),
                    run->backward ? workspace_gradient(w, place->slot, output) : NULL);
}

static void look_at_output(const struct run *run, const struct place *place, int n)
{
    const struct graph *graph = run->executor->graph;
    int output = graph->nodes[n].output;
    real *values = workspace_value(&run->executor->workspace, place->slot, output);
    int *found = &run->not_finite[place->block];
    if (*found < 0
        && kernel_finite(values, (size_t)place->images * graph->values[output].elements) != 0) {
        *found = n;
    }
}

static void count_op(struct profile *profile, int thread, struct op op, uint64_t *began)
{
    switch (op.kind) {
    case OP_LOAD:
        profile_lap_part(profile, thread, PROFILE_LOAD, began);
        break;
    case OP_HEAD:
        profile_lap_part(profile, thread, PROFILE_LOSS, began);
        break;
    case OP_FORWARD_SUMS:
    case OP_FORWARD:
        profile_lap_node(profile, thread, op.node, PROFILE_FORWARD, began);
        break;
    case OP_BACKWARD_SUMS:
    case OP_BACKWARD:
        profile_lap_node(profile, thread, op.node, PROFILE_BACKWARD, began);
        break;
    }
}

static void run_block(void *context, int block, int thread)
{
    const struct run *run = context;
    struct profile *profile = run->executor->options.profile;
    uint64_t began = profile ? profile_clock() : 0;
    struct place place = {.block = block, .thread = thread};
    place.slot = run->executor->slot_per_block ? block : thread;
    place.first = block_start(run->work->images, run->blocks, block);
    place.images = block_start(run->work->images, run->blocks, block + 1) - place.first;
    for (int i = run->first_op; i < run->end_op; i++) {
        struct op op = run->executor->ops[i];
        switch (op.kind) {
        case OP_LOAD:
            run_load(run, &place);
            break;
        case OP_HEAD:
            if (!run->not_finite) {
                run_head(run, &place);
            }
            break;
        case OP_FORWARD_SUMS:
        case OP_FORWARD:
        case OP_BACKWARD_SUMS:
        case OP_BACKWARD:
            run_node(run, &place, op);
            if (run->not_finite && op.kind == OP_FORWARD) {
                look_at_output(run, &place, op.node);
            }
            break;
        }
        if (profile) {
            count_op(profile, thread, op, &began);
        }
    }
}

// ---- all blocks ----

// Add up what the blocks left for a node that needs sums: neighbours first,
// then pairs, and so on; the order depends on the number of blocks alone.
static void total_sums(const struct run *run, struct op op)
{
    const struct workspace *w = &run->executor->workspace;
    const struct node *node = &run->executor->graph->nodes[op.node];
    bool forward = op.kind == OP_FORWARD_SUMS;
    size_t at = forward ? w->nodes[op.node].forward_sums_at : w->nodes[op.node].backward_sums_at;
    size_t count = (size_t)(forward ? node->forward_sums : node->backward_sums);
    int most = block_count(run->executor, run->executor->options.images);
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
    struct run run = {
        .executor = executor,
        .work = work,
        .blocks = block_count(executor, work->images),
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
        threads_run(executor->threads, run.blocks, run_block, &run);
        if (is_barrier(executor->ops[run.end_op - 1])) {
            total_sums(&run, executor->ops[run.end_op - 1]);
        }
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

void executor_forward(struct executor *executor, const struct executor_work *work)
{
    run_program(executor, work, executor->forward_end, NULL);
}

bool executor_train(struct executor *executor, const struct executor_work *work)
{
    assert(executor->options.training);
    run_program(executor, work, executor->op_count, NULL);
    struct reduction reduction = {.executor = executor,
                                  .blocks = block_count(executor, work->images)};
    size_t total = executor->graph->parameters.trained;
    threads_run(executor->threads, (int)((total + RANGE - 1) / RANGE), reduce_range, &reduction);
    return !atomic_load(&reduction.not_finite);
}

void executor_finish_step(struct executor *executor)
{
    const struct graph *graph = executor->graph;
    const struct workspace *w = &executor->workspace;
    const double *totals = workspace_sums(w, block_count(executor, executor->options.images));
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
