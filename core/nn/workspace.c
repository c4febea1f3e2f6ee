#include "core/nn/workspace.h"

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

static void plan_slot(struct workspace *w, struct arena *slot, bool training)
{
    const struct graph *graph = w->graph;
    size_t images = (size_t)w->block_images;
    for (int v = 0; v < graph->value_count; v++) {
        const struct value *value = &graph->values[v];
        size_t count = images * value->elements;
        w->values[v].at = arena_plan(slot, count, sizeof(real));
        if (training && value->needs_gradient) {
            w->values[v].gradient_at = arena_plan(slot, count, sizeof(real));
        }
    }
    for (int n = 0; n < graph->node_count; n++) {
        w->nodes[n].saved_at = arena_plan(slot, images, graph->nodes[n].saved);
    }
    if (training) {
        plan_spares(w, slot);
    }
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

static void plan_all(struct workspace *w, const struct workspace_size *size)
{
    struct arena slot = {0}; // only to count
    plan_slot(w, &slot, size->training);
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
    plan_all(&w, size);
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
