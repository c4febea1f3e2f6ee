#include "tests/unit/nn_margin.h"

#include "core/nn/layers/layer_parts.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void *zeros(size_t bytes)
{
    void *memory = aligned_alloc(64, bytes / 64 * 64 + 64);
    if (!memory) {
        fprintf(stderr, "out of memory\n");
        exit(1);
    }
    memset(memory, 0, bytes / 64 * 64 + 64);
    return memory;
}

static double root_mean_square(const float *x, size_t count)
{
    double sum = 0;
    for (size_t i = 0; i < count; i++) {
        sum += (double)x[i] * (double)x[i];
    }
    return sqrt(sum / (double)count);
}

// The least distance from zero of what is not zero already.
static double least_size(const float *x, size_t count)
{
    double least = INFINITY;
    for (size_t i = 0; i < count; i++) {
        least = x[i] != 0 ? fmin(least, fabs((double)x[i])) : least;
    }
    return least;
}

// The largest number of one window less the second one.
static double lead(const float *plane, const struct window *w, int oy, int ox)
{
    double best = -INFINITY;
    double second = -INFINITY;
    for (int i = 0; i < w->size[0] * w->size[1]; i++) {
        int y = window_place(w, 0, oy, i / w->size[1]);
        int x = window_place(w, 1, ox, i % w->size[1]);
        if (y < 0 || y >= w->in[0] || x < 0 || x >= w->in[1]) {
            continue;
        }
        double v = (double)plane[y * w->in[1] + x];
        second = fmax(second, fmin(best, v));
        best = fmax(best, v);
    }
    return best == 0 ? INFINITY : best - second;
}

static double least_lead(const float *x, const struct window *w, int planes)
{
    double least = INFINITY;
    for (int p = 0; p < planes; p++, x += w->in[0] * w->in[1]) {
        for (int i = 0; i < w->out[0] * w->out[1]; i++) {
            least = fmin(least, lead(x, w, i / w->out[1], i % w->out[1]));
        }
    }
    return least;
}

static void run_node(const struct graph *graph, const struct node *node, float *const *values,
                     int images)
{
    double *sums = zeros((size_t)node->forward_sums * sizeof *sums);
    struct layer_pass pass = {
        .images = images,
        .batch = images,
        .training = true,
        .parameters = graph->parameters.values,
        .buffers = graph->parameters.values + graph->parameters.trained,
        .output = values[node->output],
        .saved = zeros((size_t)images * node->saved),
        .scratch = zeros(node->scratch),
        .block_sums = sums,
        .forward_totals = sums, // all images are one block
    };
    void *prepared = zeros(node->prepared);
    pass.prepared = prepared;
    for (int i = 0; i < node->input_count; i++) {
        pass.inputs[i] = values[node->inputs[i]];
    }
    if (node->kind->prepare) {
        node->kind->prepare(node->state, pass.parameters, prepared);
    }
    if (node->kind->forward_sums) {
        node->kind->forward_sums(node->state, &pass);
    }
    node->kind->forward(node->state, &pass);
    free(prepared);
    free(pass.saved);
    free(pass.scratch);
    free(sums);
}

double nn_margin(const struct graph *graph, const float *input, int images)
{
    double margin = INFINITY;
    float **values = zeros((size_t)graph->value_count * sizeof *values);
    for (int v = 0; v < graph->value_count; v++) {
        values[v] = zeros((size_t)images * graph->values[v].elements * sizeof **values);
    }
    memcpy(values[0], input, (size_t)images * graph->values[0].elements * sizeof *input);
    for (int n = 0; n < graph->node_count; n++) {
        const struct node *node = &graph->nodes[n];
        const struct value *in = &graph->values[node->inputs[0]];
        const float *x = values[node->inputs[0]];
        size_t count = (size_t)images * in->elements;
        double least = INFINITY;
        if (node->kind == &layer_relu) {
            least = least_size(x, count);
        } else if (node->kind == &layer_maxpool) {
            least = least_lead(x, layer_maxpool_window(node->state),
                               images * in->shape.channels);
        }
        margin = fmin(margin, least / root_mean_square(x, count));
        run_node(graph, node, values, images);
    }
    for (int v = 0; v < graph->value_count; v++) {
        free(values[v]);
    }
    free(values);
    return margin;
}
