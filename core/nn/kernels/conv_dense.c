#include "core/nn/kernels/kernel_tables.h"

#include "core/nn/kernels/conv_dense_rows.h"
#include "core/nn/kernels/padded.h"
#include "core/nn/kernels/vec8.h"

/* Lanes are channels of the output. */

enum {
    BLOCK = CONV_DENSE_BLOCK,
    OF_TWO = 6, // places, or weights, worked on at a time with two blocks of outputs,
    OF_ONE = 8, // and with one: as many sums as keep a processor's adders busy
};

// The input with zeros around it: [depth][row][place][lanes].
static const float *stage(const struct conv_sweep *s, float *to, const float *in)
{
    if (!s->staged) {
        return in;
    }
    padded_copy(to, s->stage, in, s->in, s->before, s->depth, s->lanes);
    return to;
}

// ---- sweeps ----

// The taps that one phase sums up; distances in floats of the staged input.
struct walk {
    int depth; // blocks of it
    int taps[2];
    size_t block;
    size_t tap[2];
};

// sum[place][block] += what the places read, from `from`, times the weights.
VEC8_INLINE void multiply(const int blocks, const int places, const int lanes,
                          const struct walk *w, vec8 sum[], const float *const from[],
                          const float *weights)
{
    for (int b = 0; b < w->depth; b++) {
        for (int y = 0; y < w->taps[0]; y++) {
            size_t at = (size_t)b * w->block + (size_t)y * w->tap[0];
            for (int x = 0; x < w->taps[1]; x++, at += w->tap[1]) {
                VEC8_UNROLL
                for (int c = 0; c < lanes; c++) {
                    vec8 v[2];
                    VEC8_UNROLL
                    for (int k = 0; k < blocks; k++) {
                        v[k] = vec8_load(weights + (c * blocks + k) * BLOCK);
                    }
                    VEC8_UNROLL
                    for (int t = 0; t < places; t++) {
                        vec8 a = vec8_all(from[t][at + (size_t)c]);
                        VEC8_UNROLL
                        for (int k = 0; k < blocks; k++) {
                            sum[t * blocks + k] = vec8_fma(a, v[k], sum[t * blocks + k]);
                        }
                    }
                }
                weights += lanes * blocks * BLOCK;
            }
        }
    }
}

// Where a sweep's results go; for one block of outputs, and one phase.
struct sink {
    float *out;
    const float *add;  // or NULL
    const float *bias; // or NULL
    size_t block;      // floats
    bool first;        // chunk: sums start from the bias, not from what is there,
    bool last;         // and then they are finished
    bool relu;
};

VEC8_INLINE vec8 finish(const struct sink *sink, vec8 v, size_t at)
{
    if (sink->last && sink->add) {
        v += vec8_load(sink->add + at);
    }
    if (sink->last && sink->relu) {
        v = (vec8)((vec8i)v & ~(v < (vec8){0}));
    }
    return v;
}

// `places` places, which may be the same ones several times.
VEC8_INLINE void sweep_places(const int blocks, const int places, const int lanes,
                              const struct walk *w, const struct sink *sink,
                              const float *const from[], const size_t to[],
                              const float *weights)
{
    vec8 sum[OF_TWO * 2];
    VEC8_UNROLL
    for (int i = 0; i < places * blocks; i++) {
        size_t k = (size_t)(i % blocks);
        sum[i] = !sink->first ? vec8_load(sink->out + to[i / blocks] + k * sink->block)
               : sink->bias   ? vec8_load(sink->bias + k * BLOCK)
                              : (vec8){0};
    }
    multiply(blocks, places, lanes, w, sum, from, weights);
    VEC8_UNROLL
    for (int i = 0; i < places * blocks; i++) {
        size_t at = to[i / blocks] + (size_t)(i % blocks) * sink->block;
        vec8_store(sink->out + at, finish(sink, sum[i], at));
    }
}

// All places of one phase, by rows. The last group repeats its last place.
VEC8_INLINE void sweep_phase(const int blocks, const int group, const int lanes,
                             const struct conv_sweep *s, const struct walk *w,
                             const struct sink *sink, const struct conv_phase *rows,
                             const struct conv_phase *columns, const float *staged,
                             const float *weights)
{
    const float *from[OF_ONE];
    size_t to[OF_ONE];
    size_t row = (size_t)(s->stage[1] * lanes);
    int held = 0;
    for (int y = 0; y < rows->places; y++) {
        const float *line = staged + (size_t)(rows->from + y * s->from_step[0]) * row
                          + (size_t)(columns->from * lanes);
        size_t at = (size_t)((rows->to + y * s->to_step[0]) * s->out[1] + columns->to) * BLOCK;
        for (int x = 0; x < columns->places; x++) {
            from[held] = line + (size_t)(x * s->from_step[1] * lanes);
            to[held++] = at + (size_t)(x * s->to_step[1]) * BLOCK;
            if (held < group && (x + 1 < columns->places || y + 1 < rows->places)) {
                continue;
            }
            for (; held < group; held++) {
                from[held] = from[held - 1];
                to[held] = to[held - 1];
            }
            sweep_places(blocks, group, lanes, w, sink, from, to, weights);
            held = 0;
        }
    }
}

VEC8_INLINE void sweep_lanes(const int lanes, const struct conv_sweep *s, float *out,
                             const float *in, const float *weights, const float *bias,
                             const struct conv_finish *end, float *scratch)
{
    const float *staged = stage(s, scratch, in);
    size_t out_block = (size_t)s->out[0] * (size_t)s->out[1] * BLOCK;
    struct walk w = {
        .block = (size_t)s->stage[0] * (size_t)s->stage[1] * (size_t)lanes,
        .tap = {(size_t)(s->tap_step[0] * s->stage[1] * lanes), (size_t)(s->tap_step[1] * lanes)},
    };
    for (int i = 0; i < s->phase_count[0] * s->phase_count[1]; i++) {
        const struct conv_phase *rows = &s->phases[0][i / s->phase_count[1]];
        const struct conv_phase *columns = &s->phases[1][i % s->phase_count[1]];
        w.taps[0] = rows->taps;
        w.taps[1] = columns->taps;
        for (int b = 0; b < s->blocks; b += 2) {
            int blocks = b + 1 < s->blocks ? 2 : 1;
            for (int d = 0; d < s->depth; d += s->chunk) {
                w.depth = s->depth - d < s->chunk ? s->depth - d : s->chunk;
                struct sink sink = {
                    .out = out + (size_t)b * out_block,
                    .add = end && end->add ? end->add + (size_t)b * out_block : NULL,
                    .bias = bias ? bias + b * BLOCK : NULL,
                    .block = out_block,
                    .first = d == 0,
                    .last = d + w.depth == s->depth,
                    .relu = end && end->relu,
                };
                const float *from = staged + (size_t)d * w.block;
                if (blocks == 2) {
                    sweep_phase(2, OF_TWO, lanes, s, &w, &sink, rows, columns, from, weights);
                } else {
                    sweep_phase(1, OF_ONE, lanes, s, &w, &sink, rows, columns, from, weights);
                }
                weights += (size_t)(w.depth * rows->taps) * (size_t)(columns->taps * lanes)
                         * (size_t)(blocks * BLOCK);
            }
        }
    }
}

static void forward(const struct conv_dense_plan *p, float *out, const float *in,
                    const float *prepared, const struct conv_finish *end, float *scratch)
{
    const struct conv_sweep *s = &p->forward;
    const float *weights = prepared + s->weights_at;
    if (s->points) {
        VEC8_TABLE(conv_rows).sweep(p, s, out, stage(s, scratch + p->stage_at, in), weights,
                                    prepared + p->bias_at, end, scratch);
    } else if (s->lanes == 1) {
        sweep_lanes(1, s, out, in, weights, prepared + p->bias_at, end, scratch + p->stage_at);
    } else {
        sweep_lanes(BLOCK, s, out, in, weights, prepared + p->bias_at, end,
                    scratch + p->stage_at);
    }
}

static void data_gradient(const struct conv_dense_plan *p, float *in_gradient,
                          const float *out_gradient, const float *prepared, float *scratch)
{
    const struct conv_sweep *s = &p->back;
    const float *weights = prepared + s->weights_at;
    if (s->points) {
        VEC8_TABLE(conv_rows).sweep(p, s, in_gradient,
                                    stage(s, scratch + p->stage_at, out_gradient), weights, NULL,
                                    NULL, scratch);
    } else {
        sweep_lanes(BLOCK, s, in_gradient, out_gradient, weights, NULL, NULL,
                    scratch + p->stage_at);
    }
}

// ---- weight gradient ----

// sums[entry][block] += the sum over the places of some rows of what the entry
// reads there, from `from`, times the gradients of the outputs.
VEC8_INLINE void correlate(const int blocks, const int entries, const struct conv_sweep *s,
                           float *sums, const float *const from[], const float *gradients,
                           int rows)
{
    vec8 sum[OF_TWO * 2];
    size_t block = (size_t)s->out[0] * (size_t)s->out[1] * BLOCK;
    size_t row = (size_t)(s->from_step[0] * s->stage[1] * s->lanes);
    size_t step = (size_t)(s->from_step[1] * s->lanes);
    VEC8_UNROLL
    for (int i = 0; i < entries * blocks; i++) {
        sum[i] = vec8_load(sums + i * BLOCK);
    }
    for (int y = 0; y < rows; y++) {
        size_t at = (size_t)y * row;
        for (int x = 0; x < s->out[1]; x++, at += step, gradients += BLOCK) {
            vec8 g[2];
            VEC8_UNROLL
            for (int k = 0; k < blocks; k++) {
                g[k] = vec8_load(gradients + (size_t)k * block);
            }
            VEC8_UNROLL
            for (int e = 0; e < entries; e++) {
                vec8 a = vec8_all(from[e][at]);
                VEC8_UNROLL
                for (int k = 0; k < blocks; k++) {
                    sum[e * blocks + k] = vec8_fma(a, g[k], sum[e * blocks + k]);
                }
            }
        }
    }
    VEC8_UNROLL
    for (int i = 0; i < entries * blocks; i++) {
        vec8_store(sums + i * BLOCK, sum[i]);
    }
}

// One of a weight's entries, [depth][taps 0][taps 1][lanes], while they are gone
// through; there are sums for a few more than there are, which repeat the last one. To
// find the place of each by dividing its number made the gradient a twentieth slower,
// and a third where the output is as small as 8x8.
struct entry_walk {
    int left; // entries behind it
    int lane;
    int x;
    int y;
    int block;
};

// Where it begins to read.
static size_t entry_place(const struct entry_walk *at, const struct conv_sweep *s)
{
    return ((size_t)(at->block * s->stage[0] + at->y * s->tap_step[0]) * (size_t)s->stage[1]
            + (size_t)(at->x * s->tap_step[1])) * (size_t)s->lanes + (size_t)at->lane;
}

VEC8_INLINE void walk_on(struct entry_walk *at, const struct conv_dense_plan *p)
{
    const int *taps = p->shape.window.size;
    if (at->left == 0) {
        return;
    }
    at->left--;
    if (++at->lane < p->forward.lanes) {
        return;
    }
    at->lane = 0;
    if (++at->x < taps[1]) {
        return;
    }
    at->x = 0;
    if (++at->y == taps[0]) {
        at->y = 0;
        at->block++;
    }
}

VEC8_INLINE void correlate_entries(const int blocks, const int group,
                                   const struct conv_dense_plan *p, float *sums,
                                   const float *staged, const float *gradients)
{
    const struct conv_sweep *s = &p->forward;
    size_t from_row = (size_t)(s->from_step[0] * s->stage[1] * s->lanes);
    size_t row = (size_t)s->out[1] * BLOCK;
    for (int y = 0; y < s->out[0]; y += p->band) {
        int rows = s->out[0] - y < p->band ? s->out[0] - y : p->band;
        struct entry_walk at = {.left = p->entries - 1};
        for (int e = 0; e < p->entries; e += group) {
            const float *from[OF_ONE];
            for (int i = 0; i < group; i++, walk_on(&at, p)) {
                from[i] = staged + entry_place(&at, s) + (size_t)y * from_row;
            }
            correlate(blocks, group, s, sums + e * blocks * BLOCK, from,
                      gradients + (size_t)y * row, rows);
        }
    }
}

static void weight_gradient(const struct conv_dense_plan *p, const float *in,
                            const float *out_gradient, float *scratch)
{
    const struct conv_sweep *s = &p->forward;
    const float *staged = stage(s, scratch + p->stage_at, in);
    size_t places = (size_t)s->out[0] * (size_t)s->out[1];
    if (s->points) {
        VEC8_TABLE(conv_rows).weight_gradient(p, staged, out_gradient, scratch);
    }
    for (int b = 0; b < s->blocks && !s->points; b += 2) {
        float *sums = scratch + (size_t)(b / 2) * p->sums_size;
        const float *gradients = out_gradient + (size_t)b * places * BLOCK;
        if (b + 1 < s->blocks) {
            correlate_entries(2, OF_TWO, p, sums, staged, gradients);
        } else {
            correlate_entries(1, OF_ONE, p, sums, staged, gradients);
        }
    }
    for (int b = 0; b < s->blocks; b++) {
        float *sums = scratch + p->bias_sums_at + (size_t)b * BLOCK;
        vec8 sum = {0};
        for (size_t i = 0; i < places; i++, out_gradient += BLOCK) {
            sum += vec8_load(out_gradient);
        }
        vec8_store(sums, vec8_load(sums) + sum);
    }
}

static void prepare(const struct conv_dense_plan *p, float *prepared, const float *weights,
                    const float *bias, const float *scale)
{
    VEC8_TABLE(conv_weights).prepare(p, prepared, weights, bias, scale);
}

static void add_sums(const struct conv_dense_plan *p, float *weights, float *bias,
                     const float *scratch)
{
    VEC8_TABLE(conv_weights).add_sums(p, weights, bias, scratch);
}

const struct conv_dense_kernels VEC8_TABLE(conv_dense) = {
    .prepare = prepare,
    .forward = forward,
    .weight_gradient = weight_gradient,
    .data_gradient = data_gradient,
    .add_sums = add_sums,
};
