#include "core/nn/run/executor_parts.h"

#include "core/nn/kernels/kernels.h"
#include "core/nn/run/profile.h"

#include <string.h>

// A place in the run: block `block`, on thread `thread`.
struct place {
    int block;
    int thread;
    int slot;
    int first; // image
    int images;
};

static void fill_pass(struct layer_pass *pass, const struct executor_run *run,
                      const struct place *place, int n)
{
    const struct executor *executor = run->executor;
    const struct workspace *w = &executor->workspace;
    const struct graph *graph = executor->graph;
    const struct node *node = &graph->nodes[n];
    double *totals = workspace_sums(w, executor_block_count(executor, executor->options.images));
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

static void fill_pass_backward(struct layer_pass *pass, const struct executor_run *run,
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

static void run_node(const struct executor_run *run, const struct place *place, struct op op)
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

static void run_load(const struct executor_run *run, const struct place *place)
{
    const struct workspace *w = &run->executor->workspace;
    run->work->load(run->work->context, place->first, place->images,
                    workspace_value(w, place->slot, 0));
    if (run->backward) {
        memset(workspace_parameter_gradient(w, place->block), 0,
               w->gradient_stride * sizeof(real));
    }
}

static void run_head(const struct executor_run *run, const struct place *place)
{
    const struct workspace *w = &run->executor->workspace;
    int output = run->executor->graph->value_count - 1;
    run->work->head(run->work->context, place->first, place->images,
                    workspace_value(w, place->slot, output),
                    run->backward ? workspace_gradient(w, place->slot, output) : NULL);
}

static void look_at_output(const struct executor_run *run, const struct place *place, int n)
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

static int block_start(int images, int blocks, int block)
{
    return (int)((int64_t)images * block / blocks);
}

void executor_run_block(void *context, int block, int thread)
{
    const struct executor_run *run = context;
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
