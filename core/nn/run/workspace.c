#include "core/nn/run/workspace.h"

#include "core/nn/graph/lifetime.h"

#include <stdlib.h>

enum { LINE_REALS = ARENA_ALIGNMENT / sizeof(real) };

// Which node is the first to write the gradient of a value? In backward order
// the one that stands last, by its first input of that value.
static void mark_spares(struct workspace *w)
{
    const struct graph *graph = w->graph;
    for (int n = 0; n < graph->node_count; n++) {
        for (int i = 0; i < graph->nodes[n].input_count; i++) {
            int value = graph->nodes[n].inputs[i];
            for (int m = n; m < graph->node_count && !w->nodes[n].spare[i]; m++) {
                const struct node *other = &graph->nodes[m];
                int end = m == n ? i : other->input_count;
                for (int k = 0; k < end; k++) {
                    w->nodes[n].spare[i] = w->nodes[n].spare[i] || other->inputs[k] == value;
                }
            }
        }
    }
}

static void plan_spares(struct workspace *w, struct arena *slot)
{
    size_t largest = 0;
    size_t count = 0;
    for (int n = 0; n < w->graph->node_count; n++) {
        const struct node *node = &w->graph->nodes[n];
        for (int i = 0; i < node->input_count; i++) {
            if (w->nodes[n].spare[i]) {
                size_t elements = w->graph->values[node->inputs[i]].elements;
                largest = elements > largest ? elements : largest;
                count = (size_t)i + 1 > count ? (size_t)i + 1 : count;
            }
        }
    }
    // Each on its own cache lines; elements fit an int, so this cannot wrap.
    largest = largest * (size_t)w->block_images;
    w->spare_bytes = (largest + LINE_REALS - 1) / LINE_REALS * ARENA_ALIGNMENT;
    w->spare_at = arena_plan(slot, count, w->spare_bytes);
}

// The nodes from the one that writes a value to the last one that reads it.
// The input is written before all nodes, the output read behind them.
static void find_lifetimes(struct lifetime *values, const struct graph *graph, size_t images)
{
    for (int v = 0; v < graph->value_count; v++) {
        values[v] = (struct lifetime){
            .first = -1, .last = -1, .bytes = images * graph->values[v].elements * sizeof(real)};
    }
    for (int n = 0; n < graph->node_count; n++) {
        const struct node *node = &graph->nodes[n];
        values[node->output].first = n;
        values[node->output].last = n;
        for (int i = 0; i < node->input_count; i++) {
            values[node->inputs[i]].last = n;
        }
    }
    values[graph->value_count - 1].last = graph->node_count;
}

// Node n goes back in this step; the head is between both ways.
static int step_back(const struct graph *graph, int n)
{
    return 2 * graph->node_count - n;
}

// With the way back: each gradient is first written by the last reader of its
// value, and last read by the value's writer; a value is kept for those of them
// that read it once more.
static void add_way_back(struct lifetime *values, struct lifetime *gradients,
                         const struct graph *graph)
{
    for (int v = 0; v < graph->value_count; v++) {
        gradients[v] = values[v];
        gradients[v].first = step_back(graph, values[v].last);
        gradients[v].last = graph->values[v].needs_gradient ? step_back(graph, values[v].first)
                                                            : gradients[v].first - 1;
    }
    for (int n = graph->node_count - 1; n >= 0; n--) {
        const struct node *node = &graph->nodes[n];
        for (int i = 0; i < node->input_count && !node->kind->forgets_inputs; i++) {
            values[node->inputs[i]].last = step_back(graph, n);
        }
        if (!node->kind->forgets_output) {
            values[node->output].last = step_back(graph, n);
        }
    }
}

static int plan_values(struct workspace *w, struct arena *slot, bool training)
{
    const struct graph *graph = w->graph;
    int count = graph->value_count;
    struct lifetime *lifetimes = calloc(2 * (size_t)count, sizeof *lifetimes);
    int *order = calloc(2 * (size_t)count, sizeof *order);
    int code = lifetimes && order ? 0 : ERR_NOMEM;
    if (code) {
        goto done;
    }
    find_lifetimes(lifetimes, graph, (size_t)w->block_images);
    if (training) {
        add_way_back(lifetimes, lifetimes + count, graph);
    }
    size_t bytes = 0;
    slot->overflow = slot->overflow
                  || !lifetime_place(&bytes, lifetimes, training ? 2 * count : count, order);
    size_t at = arena_plan(slot, 1, bytes);
    for (int v = 0; v < count; v++) {
        w->values[v].at = at + lifetimes[v].at;
        w->values[v].gradient_at = training ? at + lifetimes[count + v].at : 0;
    }
done:
    free(lifetimes);
    free(order);
    return code;
}

// What a layer saves for the way back is of no use where there is none: then
// all of them save to the same place.
static void plan_saved(struct workspace *w, struct arena *slot, bool training)
{
    const struct graph *graph = w->graph;
    size_t images = (size_t)w->block_images;
    size_t largest = 0;
    for (int n = 0; n < graph->node_count; n++) {
        size_t saved = graph->nodes[n].saved;
        largest = saved > largest ? saved : largest;
    }
    size_t shared = training ? 0 : arena_plan(slot, images, largest);
    for (int n = 0; n < graph->node_count; n++) {
        w->nodes[n].saved_at = training ? arena_plan(slot, images, graph->nodes[n].saved)
                                        : shared;
    }
}

static int plan_slot(struct workspace *w, struct arena *slot, bool training)
{
    int code = plan_values(w, slot, training);
    if (code) {
        return code;
    }
    plan_saved(w, slot, training);
    if (training) {
        plan_spares(w, slot);
    }
    return 0;
}

static void plan_sums(struct workspace *w)
{
    for (int n = 0; n < w->graph->node_count; n++) {
        w->nodes[n].forward_sums_at = w->sums;
        w->sums += (size_t)w->graph->nodes[n].forward_sums;
        w->nodes[n].backward_sums_at = w->sums;
        w->sums += (size_t)w->graph->nodes[n].backward_sums;
    }
}

static int plan_all(struct workspace *w, const struct workspace_size *size)
{
    struct arena slot = {0}; // only to count
    int code = plan_slot(w, &slot, size->training);
    if (code) {
        return code;
    }
    plan_sums(w);
    for (int n = 0; n < w->graph->node_count; n++) {
        size_t bytes = w->graph->nodes[n].scratch;
        w->scratch_bytes = bytes > w->scratch_bytes ? bytes : w->scratch_bytes;
    }
    w->scratch_bytes = (w->scratch_bytes + ARENA_ALIGNMENT - 1) / ARENA_ALIGNMENT
                     * ARENA_ALIGNMENT;
    w->slot_bytes = slot.bytes;
    w->arena.overflow = slot.overflow;
    w->slots_at = arena_plan(&w->arena,
                             (size_t)(size->slot_per_block ? size->blocks : size->threads),
                             w->slot_bytes);
    w->scratch_at = arena_plan(&w->arena, (size_t)size->threads, w->scratch_bytes);
    for (int n = 0; n < w->graph->node_count; n++) {
        w->nodes[n].prepared_at = arena_plan(&w->arena, 1, w->graph->nodes[n].prepared);
    }
    w->gradient_stride = (w->graph->parameters.trained + LINE_REALS - 1) / LINE_REALS * LINE_REALS;
    w->gradients_at = arena_plan(&w->arena, size->training ? (size_t)size->blocks : 0,
                                 w->gradient_stride * sizeof(real));
    w->sums_at = arena_plan(&w->arena, (size_t)size->blocks + 1, w->sums * sizeof(double));
    return 0;
}

int workspace_open(struct workspace *ret, const struct graph *graph,
                   const struct workspace_size *size, const char *what, struct error *err)
{
    struct workspace w = {.graph = graph, .block_images = size->block_images};
    int code;
    w.values = calloc((size_t)graph->value_count, sizeof *w.values);
    w.nodes = calloc((size_t)graph->node_count, sizeof *w.nodes);
    if (!w.values || !w.nodes) {
        code = error_nomem(err, what);
        goto fail;
    }
    mark_spares(&w);
    if (plan_all(&w, size)) {
        code = error_nomem(err, what);
        goto fail;
    }
    w.arena.beside = size->beside;
    code = arena_allocate(&w.arena, what, err);
    if (code) {
        goto fail;
    }
    *ret = w;
    return 0;
fail:
    workspace_close(&w);
    return code;
}

void workspace_close(struct workspace *w)
{
    free(w->values);
    free(w->nodes);
    arena_free(&w->arena);
    *w = (struct workspace){0};
}

static void *in_slot(const struct workspace *w, int slot, size_t at)
{
    return w->arena.base + w->slots_at + (size_t)slot * w->slot_bytes + at;
}

real *workspace_value(const struct workspace *w, int slot, int value)
{
    return in_slot(w, slot, w->values[value].at);
}

real *workspace_gradient(const struct workspace *w, int slot, int value)
{
    return in_slot(w, slot, w->values[value].gradient_at);
}

real *workspace_spare(const struct workspace *w, int slot, int input)
{
    return in_slot(w, slot, w->spare_at + (size_t)input * w->spare_bytes);
}

void *workspace_saved(const struct workspace *w, int slot, int node)
{
    return in_slot(w, slot, w->nodes[node].saved_at);
}

void *workspace_scratch(const struct workspace *w, int thread)
{
    return w->arena.base + w->scratch_at + (size_t)thread * w->scratch_bytes;
}

void *workspace_prepared(const struct workspace *w, int node)
{
    return w->arena.base + w->nodes[node].prepared_at;
}

real *workspace_parameter_gradient(const struct workspace *w, int block)
{
    real *base = (real *)(void *)(w->arena.base + w->gradients_at);
    return base + (size_t)block * w->gradient_stride;
}

double *workspace_sums(const struct workspace *w, int block)
{
    double *base = (double *)(void *)(w->arena.base + w->sums_at);
    return base + (size_t)block * w->sums;
}
