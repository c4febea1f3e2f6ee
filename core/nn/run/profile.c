#include "core/nn/run/profile.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

struct layer {
    char *label;
    double flops[PROFILE_DIRECTIONS]; // per image
};

struct profile {
    int threads;
    struct layer *layers;
    int layer_count;
    // Nanoseconds, [threads][stride]: of every layer, both ways, then of the parts.
    uint64_t *counts;
    size_t stride;
    uint64_t steps;
    uint64_t images;
    uint64_t nanoseconds;
};

// Threads write to cache lines of their own.
enum { LINE_COUNTS = 64 / sizeof(uint64_t) };

int profile_open(struct profile **ret, int threads, struct error *err)
{
    assert(threads >= 1);
    struct profile *profile = calloc(1, sizeof *profile);
    if (!profile) {
        return error_nomem(err, "a profile");
    }
    profile->threads = threads;
    *ret = profile;
    return 0;
}

static void drop_layers(struct layer *layers, int count)
{
    for (int i = 0; layers && i < count; i++) {
        free(layers[i].label);
    }
    free(layers);
}

void profile_close(struct profile **pointer)
{
    struct profile *profile = *pointer;
    if (!profile) {
        return;
    }
    drop_layers(profile->layers, profile->layer_count);
    free(profile->counts);
    free(profile);
    *pointer = NULL;
}

static bool needs_input_gradient(const struct graph *graph, const struct node *node)
{
    bool needs = false;
    for (int i = 0; i < node->input_count; i++) {
        needs = needs || graph->values[node->inputs[i]].needs_gradient;
    }
    return needs;
}

// Backward is a product of forward's size for the weights, and one for the
// input where somebody wants its gradient.
static void count_flops(double ret[PROFILE_DIRECTIONS], const struct graph *graph,
                        const struct node *node)
{
    double products = (node->trained > 0) + (double)needs_input_gradient(graph, node);
    ret[PROFILE_FORWARD] = 2 * node->multiply_adds;
    ret[PROFILE_BACKWARD] = 2 * node->multiply_adds * products;
}

int profile_set_graph(struct profile *profile, const struct graph *graph, struct error *err)
{
    int count = graph->node_count;
    size_t lines = PROFILE_DIRECTIONS * (size_t)count + PROFILE_PARTS;
    size_t stride = (lines + LINE_COUNTS - 1) / LINE_COUNTS * LINE_COUNTS + LINE_COUNTS;
    struct layer *layers = calloc((size_t)count + 1, sizeof *layers);
    uint64_t *counts = calloc((size_t)profile->threads * stride, sizeof *counts);
    bool well = layers && counts;
    for (int i = 0; well && i < count; i++) {
        layers[i].label = strdup(graph->nodes[i].label);
        count_flops(layers[i].flops, graph, &graph->nodes[i]);
        well = layers[i].label;
    }
    if (!well) {
        drop_layers(layers, count);
        free(counts);
        return error_nomem(err, "a profile");
    }
    drop_layers(profile->layers, profile->layer_count);
    free(profile->counts);
    *profile = (struct profile){
        .threads = profile->threads,
        .layers = layers,
        .layer_count = count,
        .counts = counts,
        .stride = stride,
    };
    return 0;
}

// ---- laps ----

uint64_t profile_clock(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
}

static void lap(struct profile *profile, int thread, size_t line, uint64_t *began)
{
    uint64_t now = profile_clock();
    profile->counts[(size_t)thread * profile->stride + line] += now - *began;
    *began = now;
}

static size_t part_line(const struct profile *profile, enum profile_part part)
{
    return PROFILE_DIRECTIONS * (size_t)profile->layer_count + part;
}

void profile_lap_node(struct profile *profile, int thread, int node,
                      enum profile_direction direction, uint64_t *began)
{
    lap(profile, thread, PROFILE_DIRECTIONS * (size_t)node + direction, began);
}

void profile_lap_part(struct profile *profile, int thread, enum profile_part part,
                      uint64_t *began)
{
    lap(profile, thread, part_line(profile, part), began);
}

void profile_count_step(struct profile *profile, int images, uint64_t began)
{
    profile->steps++;
    profile->images += (uint64_t)images;
    profile->nanoseconds += profile_clock() - began;
}

// ---- what was counted ----

// Of all threads.
static double line_seconds(const struct profile *profile, size_t line)
{
    uint64_t sum = 0;
    for (int t = 0; t < profile->threads; t++) {
        sum += profile->counts[(size_t)t * profile->stride + line];
    }
    return 1e-9 * (double)sum;
}

int profile_layers(const struct profile *profile)
{
    return profile->layer_count;
}

struct profile_layer profile_layer(const struct profile *profile, int layer)
{
    assert(layer >= 0 && layer < profile->layer_count);
    const struct layer *own = &profile->layers[layer];
    struct profile_layer made = {.label = own->label};
    for (int d = 0; d < PROFILE_DIRECTIONS; d++) {
        made.seconds[d] = line_seconds(profile, PROFILE_DIRECTIONS * (size_t)layer + (size_t)d);
        made.flops[d] = own->flops[d] * (double)profile->images;
    }
    return made;
}

struct profile_totals profile_totals(const struct profile *profile)
{
    struct profile_totals made = {
        .steps = profile->steps,
        .images = profile->images,
        .threads = profile->threads,
        .seconds = 1e-9 * (double)profile->nanoseconds,
    };
    double busy = 0;
    for (int part = 0; part < PROFILE_PARTS && profile->counts; part++) {
        made.parts[part] = line_seconds(profile, part_line(profile, (enum profile_part)part));
        busy += made.parts[part];
    }
    for (int i = 0; i < profile->layer_count; i++) {
        struct profile_layer layer = profile_layer(profile, i);
        busy += layer.seconds[PROFILE_FORWARD] + layer.seconds[PROFILE_BACKWARD];
    }
    double there = made.seconds * profile->threads;
    made.waiting = there > busy ? there - busy : 0;
    return made;
}
