#include "core/nn/kernels/conv_dense.h"

#include "core/nn/kernels/cache_line.h"
#include "core/nn/kernels/winograd.h"

#include <limits.h>
#include <string.h>

enum {
    BLOCK = CONV_DENSE_BLOCK,
    CHUNK_BYTES = 128 * 1024, // weights of two blocks of outputs: a share of a second-level cache
    BAND_BYTES = 24 * 1024,   // gradients of two blocks of outputs: most of a first-level cache
    ENTRIES_STEP = 24,        // divisible by how many entries, or tiles, are taken at a time
    POINTS_BYTES = 192 * 1024,  // of a band of rows, for all points: a share of a second-level
    PRODUCTS_BYTES = 48 * 1024, // cache, too; and as large a share again with the weights
};

static int divide_up(int a, int b)
{
    return (a + b - 1) / b;
}

static int larger(int a, int b)
{
    return a > b ? a : b;
}

static size_t largest(size_t a, size_t b)
{
    return a > b ? a : b;
}

static int greatest_divisor(int a, int b)
{
    while (b != 0) {
        int rest = a % b;
        a = b;
        b = rest;
    }
    return a;
}

bool conv_dense_can(const struct conv_dense_shape *s)
{
    const struct window *w = &s->window;
    double in = 1;
    double out = 1;
    double taps = 1;
    for (int axis = 0; axis < 2; axis++) {
        if (w->stride[axis] > CONV_DENSE_STRIDE_MAX) {
            return false;
        }
        double reach = (double)(w->size[axis] - 1) * w->dilation[axis] + w->padding[axis] + 1;
        in *= w->in[axis] + 2 * reach + (double)w->stride[axis] * w->out[axis];
        out *= w->out[axis] + 2 * reach;
        taps *= w->size[axis];
    }
    // The largest arrays, in floats: far below what an int holds.
    double channels = s->channels + BLOCK;
    double outputs = s->outputs + 2 * BLOCK;
    return in * channels < INT_MAX / 4.0 && out * outputs < INT_MAX / 4.0
        && channels * outputs * (taps + ENTRIES_STEP) < INT_MAX / 4.0
        && !(s->planar && s->channels > CONV_DENSE_PLANES_MAX);
}

// Output place o reads o * stride - padding + tap * dilation.
static void plan_forward_axis(struct conv_sweep *s, const struct window *w, int axis)
{
    s->in[axis] = w->in[axis];
    s->out[axis] = w->out[axis];
    s->before[axis] = w->padding[axis];
    s->stage[axis] = (w->out[axis] - 1) * w->stride[axis]
                   + (w->size[axis] - 1) * w->dilation[axis] + 1;
    s->from_step[axis] = w->stride[axis];
    s->to_step[axis] = 1;
    s->tap_step[axis] = w->dilation[axis];
    s->phase_count[axis] = 1;
    s->phases[axis][0] = (struct conv_phase){
        .places = w->out[axis], .taps = w->size[axis], .weight_step = 1};
}

// Input place i got something through tap t from output place o where
// i + padding - t * dilation = o * stride. With r = (i + padding) % stride,
// these are the taps with t * dilation % stride = r: the least of them, and
// every `weight_step`-th from there; o then falls by `tap_step`. The sweep takes
// the taps backwards, so that o rises.
static void plan_back_axis(struct conv_sweep *s, const struct window *w, int axis)
{
    int stride = w->stride[axis];
    int dilation = w->dilation[axis];
    int common = greatest_divisor(stride, dilation);
    int every = stride / common;
    int low = 0;
    int high = w->out[axis];
    s->in[axis] = w->out[axis];
    s->out[axis] = w->in[axis];
    s->from_step[axis] = 1;
    s->to_step[axis] = stride;
    s->tap_step[axis] = dilation / common;
    s->phase_count[axis] = stride;
    for (int r = 0; r < stride; r++) {
        struct conv_phase *phase = &s->phases[axis][r];
        *phase = (struct conv_phase){.weight_step = -every};
        phase->to = ((r - w->padding[axis]) % stride + stride) % stride;
        phase->places = phase->to < w->in[axis]
                      ? (w->in[axis] - phase->to - 1) / stride + 1 : 0;
        int first = 0;
        while (first < every && first * dilation % stride != r) {
            first++;
        }
        if (phase->places == 0 || first == every || first >= w->size[axis]) {
            continue; // nothing comes here
        }
        phase->taps = (w->size[axis] - first - 1) / every + 1;
        phase->weight = first + (phase->taps - 1) * every;
        int back = phase->to + w->padding[axis] - phase->weight * dilation;
        phase->from = back / stride; // without rest
        int end = phase->from + phase->places + (phase->taps - 1) * s->tap_step[axis];
        low = phase->from < low ? phase->from : low;
        high = larger(high, end);
    }
    s->before[axis] = -low;
    s->stage[axis] = high - low;
    for (int r = 0; r < stride; r++) {
        s->phases[axis][r].from += s->phases[axis][r].taps > 0 ? -low : 0;
    }
}

// Is Winograd's algorithm worth it? It has `points` products for the four outputs
// of a tile in place of four times the taps, and some additions.
static bool can_have_points(const struct conv_sweep *s, const struct window *w)
{
    int taps = w->size[1];
    int tiles = divide_up(s->out[1], WINOGRAD_OUT);
    return s->lanes == BLOCK && w->stride[0] == 1 && w->stride[1] == 1 && w->dilation[1] == 1
        && (taps == 3 || taps == 5)
        && 5.0 * tiles * (taps + 3) <= 4.0 * s->out[1] * taps;
}

// Before finish_sweep().
static void plan_points(struct conv_sweep *s, const struct window *w)
{
    s->points = 0;
    if (!can_have_points(s, w)) {
        return;
    }
    s->points = w->size[1] + 3;
    s->tiles = divide_up(s->out[1], WINOGRAD_OUT);
    s->stage[1] = larger(s->stage[1], s->phases[1][0].from + WINOGRAD_OUT * s->tiles
                                      + w->size[1] - 1);
    size_t row = (size_t)s->tiles * BLOCK;
    size_t more = (size_t)((s->phases[0][0].taps - 1) * s->tap_step[0]);
    for (int parts = 1;; parts++) {
        s->band = divide_up(s->out[0], parts);
        size_t spare = ENTRIES_STEP;
        size_t tiles = (size_t)(s->band * s->tiles);
        s->depth_size = ((size_t)s->band + more) * row;
        s->point_size = (size_t)s->depth * s->depth_size + spare * BLOCK;
        s->product_size = (tiles + spare) * 2 * BLOCK;
        size_t bytes = (size_t)s->points * sizeof(float);
        if (s->band == 1 || (bytes * s->point_size <= POINTS_BYTES
                             && bytes * s->product_size <= PRODUCTS_BYTES)) {
            return;
        }
    }
}

// What follows from the axes. `taps`: of all phases together.
static void finish_sweep(struct conv_sweep *s, int taps, size_t *prepared)
{
    s->staged = false;
    for (int axis = 0; axis < 2; axis++) {
        s->staged = s->staged || s->before[axis] > 0 || s->stage[axis] > s->in[axis];
    }
    if (s->staged) {
        s->stage_size = (size_t)(s->depth * s->lanes) * (size_t)s->stage[0]
                      * (size_t)s->stage[1];
    } else {
        s->stage[0] = s->in[0];
        s->stage[1] = s->in[1];
    }
    double block = 2.0 * taps * s->lanes * BLOCK * sizeof(float);
    s->chunk = block * s->depth <= CHUNK_BYTES ? s->depth : larger(1, (int)(CHUNK_BYTES / block));
    s->weights_at = cache_line_take(prepared, (size_t)(s->depth * s->lanes) * (size_t)taps
                                   * (size_t)(s->blocks * BLOCK));
}

void conv_dense_plan(struct conv_dense_plan *ret, const struct conv_dense_shape *shape)
{
    struct conv_dense_plan p = {.shape = *shape};
    const struct window *w = &p.shape.window;
    int taps = w->size[0] * w->size[1];
    int in_blocks = divide_up(shape->channels, BLOCK);
    int out_blocks = divide_up(shape->outputs, BLOCK);
    size_t prepared = 0;
    p.forward.lanes = shape->planar ? 1 : BLOCK;
    p.forward.depth = shape->planar ? shape->channels : in_blocks;
    p.forward.blocks = out_blocks;
    p.back.lanes = BLOCK;
    p.back.depth = out_blocks;
    p.back.blocks = in_blocks;
    for (int axis = 0; axis < 2; axis++) {
        plan_forward_axis(&p.forward, w, axis);
        plan_back_axis(&p.back, w, axis);
    }
    plan_points(&p.forward, w);
    plan_points(&p.back, w);
    finish_sweep(&p.forward, p.forward.points ? w->size[0] * p.forward.points : taps, &prepared);
    if (!shape->planar) {
        finish_sweep(&p.back, p.back.points ? w->size[0] * p.back.points : taps, &prepared);
    }
    p.bias_at = cache_line_take(&prepared, (size_t)out_blocks * BLOCK);
    p.prepared_bytes = prepared * sizeof(float);

    double row = 2.0 * w->out[1] * BLOCK * sizeof(float);
    p.band = larger(1, (int)(BAND_BYTES / row));
    p.entries = p.forward.depth * p.forward.lanes * taps;
    int sums = divide_up(p.entries, ENTRIES_STEP) * ENTRIES_STEP;
    if (p.forward.points) {
        p.entries = divide_up(p.forward.depth * BLOCK * w->size[0], ENTRIES_STEP) * ENTRIES_STEP;
        sums = p.entries * p.forward.points;
    }
    p.sums_size = (size_t)sums * 2 * BLOCK;
    size_t end = 0;
    cache_line_take(&end, (size_t)divide_up(out_blocks, 2) * p.sums_size);
    p.bias_sums_at = cache_line_take(&end, (size_t)out_blocks * BLOCK);
    p.stage_at = cache_line_take(&end, largest(p.forward.stage_size, p.back.stage_size));
    p.points_at = cache_line_take(
        &end, largest((size_t)p.forward.points * p.forward.point_size,
                      (size_t)p.back.points * p.back.point_size));
    p.products_at = cache_line_take(
        &end, largest((size_t)p.forward.points * p.forward.product_size,
                      (size_t)p.back.points * p.back.product_size));
    p.scratch_bytes = end * sizeof(float);
    *ret = p;
}
