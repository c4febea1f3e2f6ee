#include "core/nn/kernels/kernel_tables.h"

#include "core/nn/kernels/vec8.h"
#include "core/nn/kernels/winograd.h"

enum { BLOCK = CONV_DENSE_BLOCK };

// The weights of a convolution, [outputs][channels][size 0][size 1], seen from
// either end of it.
struct kernel {
    const float *at;
    const float *scale; // [outputs] or NULL
    int inputs;         // of the sweep
    int outputs;
    size_t input; // elements from one to the next
    size_t output;
    int width;
    bool scale_inputs; // the sweep's inputs are the convolution's outputs
};

static float weight(const struct kernel *k, int output, int input, int y, int x)
{
    float w = k->at[(size_t)output * k->output + (size_t)input * k->input
                    + (size_t)(y * k->width + x)];
    return k->scale ? w * k->scale[k->scale_inputs ? input : output] : w;
}

// One tap of one block of inputs to `count` blocks of outputs: [lanes][count][8].
static float *lay_out_tap(float *to, const struct kernel *k, int lanes, int input, int output,
                          int count, int y, int x)
{
    for (int c = input; c < input + lanes; c++) {
        for (int o = output; o < output + count * BLOCK; o++) {
            *to++ = c < k->inputs && o < k->outputs ? weight(k, o, c, y, x) : 0;
        }
    }
    return to;
}

// [phase 0][phase 1][blocks / 2][depth][taps 0][taps 1][lanes][2][8]: one number
// of the input meets sixteen weights in a row; the last block may be alone.
static void lay_out(const struct conv_sweep *s, float *to, const struct kernel *k)
{
    for (int i = 0; i < s->phase_count[0] * s->phase_count[1]; i++) {
        const struct conv_phase *rows = &s->phases[0][i / s->phase_count[1]];
        const struct conv_phase *columns = &s->phases[1][i % s->phase_count[1]];
        for (int b = 0; b < s->blocks; b += 2) {
            int count = b + 1 < s->blocks ? 2 : 1;
            for (int d = 0; d < s->depth; d++) {
                for (int y = 0; y < rows->taps; y++) {
                    for (int x = 0; x < columns->taps; x++) {
                        to = lay_out_tap(to, k, s->lanes, d * s->lanes, b * BLOCK, count,
                                         rows->weight + y * rows->weight_step,
                                         columns->weight + x * columns->weight_step);
                    }
                }
            }
        }
    }
}

// ---- Winograd, along one row of the kernel for sixteen outputs ----

enum { WIDE = 2 * BLOCK };

// G of winograd.h in float.
struct factors {
    float g[WINOGRAD_POINTS_MAX][WINOGRAD_TAPS_MAX];
};

static struct factors factors_of(int taps)
{
    struct factors f;
    double exact[WINOGRAD_POINTS_MAX][WINOGRAD_TAPS_MAX];
    winograd_weights(exact, taps);
    for (int i = 0; i < taps + 3; i++) {
        for (int t = 0; t < taps; t++) {
            f.g[i][t] = (float)exact[i][t];
        }
    }
    return f;
}

// A row of one input, for eight outputs; those that do not exist have zeros.
// Lanes are filled in registers: vectors that are read back from single floats
// just written would wait for them.
VEC8_INLINE void gather_row(const int taps, vec8 row[], const struct kernel *k,
                            const struct conv_phase *columns, int input, int output, int y)
{
    static const float zeros[2 * WINOGRAD_TAPS_MAX];
    const float *from[BLOCK];
    float scale[BLOCK] = {0};
    size_t at = (size_t)input * k->input + (size_t)(y * k->width + columns->weight);
    for (int o = 0; o < BLOCK; o++) {
        bool exists = output + o < k->outputs && input < k->inputs;
        from[o] = exists ? k->at + (size_t)(output + o) * k->output + at
                         : zeros + WINOGRAD_TAPS_MAX;
        scale[o] = exists && k->scale ? k->scale[k->scale_inputs ? input : output + o] : 1;
    }
    VEC8_UNROLL
    for (int x = 0; x < taps; x++) {
        int place = x * columns->weight_step;
        row[x] = (vec8){from[0][place], from[1][place], from[2][place], from[3][place],
                        from[4][place], from[5][place], from[6][place], from[7][place]};
        row[x] = k->scale ? row[x] * vec8_load(scale) : row[x];
    }
}

// What row is at every point. Those of a pair, p and -p, share their even and
// their odd half.
VEC8_INLINE void row_to_points(const int taps, float *to, size_t point, const vec8 row[],
                               const struct factors *f)
{
    vec8_store(to, vec8_all(f->g[0][0]) * row[0]);
    VEC8_UNROLL
    for (int i = 1; i < taps + 2; i += 2) {
        vec8 even = vec8_all(f->g[i][0]) * row[0];
        vec8 odd = vec8_all(f->g[i][1]) * row[1];
        VEC8_UNROLL
        for (int x = 2; x < taps; x += 2) {
            even += vec8_all(f->g[i][x]) * row[x];
            if (x + 1 < taps) {
                odd += vec8_all(f->g[i][x + 1]) * row[x + 1];
            }
        }
        vec8_store(to + (size_t)i * point, even + odd);
        vec8_store(to + (size_t)(i + 1) * point, even - odd);
    }
    vec8_store(to + (size_t)(taps + 2) * point, row[taps - 1]);
}

// [blocks / 2][point][depth][taps 0][8][2][8]
VEC8_INLINE void lay_out_points(const int taps, const struct conv_sweep *s, float *to,
                                const struct kernel *k)
{
    const struct conv_phase *rows = &s->phases[0][0];
    struct factors f = factors_of(taps);
    for (int b = 0; b < s->blocks; b += 2) {
        int count = b + 1 < s->blocks ? 2 : 1;
        int entries = s->depth * rows->taps * BLOCK;
        size_t point = (size_t)(entries * count) * BLOCK;
        for (int e = 0; e < entries; e++) {
            int y = e / BLOCK % rows->taps;
            int input = e / BLOCK / rows->taps * BLOCK + e % BLOCK;
            for (int h = 0; h < count; h++, to += BLOCK) {
                vec8 row[WINOGRAD_TAPS_MAX];
                gather_row(taps, row, k, &s->phases[1][0], input, (b + h) * BLOCK,
                           rows->weight + y * rows->weight_step);
                row_to_points(taps, to, point, row, &f);
            }
        }
        to += (size_t)(s->points - 1) * point;
    }
}

static void lay_out_sweep(const struct conv_sweep *s, float *to, const struct kernel *k)
{
    if (s->points == 6) {
        lay_out_points(3, s, to, k);
    } else if (s->points == 8) {
        lay_out_points(5, s, to, k);
    } else {
        lay_out(s, to, k);
    }
}

static void prepare(const struct conv_dense_plan *p, float *prepared, const float *weights,
                    const float *bias, const float *scale)
{
    const struct conv_dense_shape *s = &p->shape;
    size_t taps = (size_t)s->window.size[0] * (size_t)s->window.size[1];
    struct kernel forward = {
        .at = weights,
        .scale = scale,
        .inputs = s->channels,
        .outputs = s->outputs,
        .input = taps,
        .output = taps * (size_t)s->channels,
        .width = s->window.size[1],
    };
    lay_out_sweep(&p->forward, prepared + p->forward.weights_at, &forward);
    if (!s->planar) {
        struct kernel back = forward;
        back.inputs = forward.outputs;
        back.outputs = forward.inputs;
        back.input = forward.output;
        back.output = forward.input;
        back.scale_inputs = true;
        lay_out_sweep(&p->back, prepared + p->back.weights_at, &back);
    }
    for (int i = 0; i < p->forward.blocks * BLOCK; i++) {
        prepared[p->bias_at + (size_t)i] = bias && i < s->outputs ? bias[i] : 0;
    }
}

// The gradients of a row's taps, [taps][16], from those of what they are at the points.
VEC8_INLINE void row_from_points(const int taps, float *row, const float *sums, size_t point,
                                 const struct factors *f, int blocks)
{
    for (int h = 0; h < blocks; h++, row += BLOCK, sums += BLOCK) {
        vec8 of[WINOGRAD_TAPS_MAX];
        VEC8_UNROLL
        for (int x = 0; x < taps; x++) {
            of[x] = (vec8){0};
        }
        of[0] = vec8_all(f->g[0][0]) * vec8_load(sums);
        of[taps - 1] = vec8_load(sums + (size_t)(taps + 2) * point);
        VEC8_UNROLL
        for (int i = 1; i < taps + 2; i += 2) {
            vec8 plus = vec8_load(sums + (size_t)i * point);
            vec8 minus = vec8_load(sums + (size_t)(i + 1) * point);
            VEC8_UNROLL
            for (int x = 0; x < taps; x++) {
                of[x] += vec8_all(f->g[i][x]) * (x % 2 ? plus - minus : plus + minus);
            }
        }
        VEC8_UNROLL
        for (int x = 0; x < taps; x++) {
            vec8_store(row + x * WIDE, of[x]);
        }
    }
}

// Rows worked on at a time: of as many, an output's gradients are whole vectors.
enum { ROWS = 8 };

// The gradients of ROWS rows, rows[place][16], to those of `count` outputs, which lie
// `kernel` floats apart.
VEC8_INLINE void add_rows(const int taps, float *weights, size_t kernel, const float *rows,
                          int count)
{
    for (int o = 0; o < count; o += BLOCK) {
        VEC8_UNROLL
        for (int x = 0; x < taps; x++) {
            vec8 of[BLOCK];
            VEC8_UNROLL
            for (int i = 0; i < BLOCK; i++) {
                of[i] = vec8_load(rows + (x * BLOCK + i) * WIDE + o);
            }
            vec8_transpose(of);
            float *to = weights + (size_t)o * kernel + (size_t)x * BLOCK;
            int exist = count - o < BLOCK ? count - o : BLOCK;
            for (int i = 0; i < exist; i++, to += kernel) {
                vec8_store(to, vec8_load(to) + of[i]);
            }
        }
    }
}

// The same for fewer rows.
static void add_few_rows(float *weights, size_t kernel, const float *rows, int places, int count)
{
    for (int o = 0; o < count; o++, weights += kernel) {
        for (int i = 0; i < places; i++) {
            weights[i] += rows[i * WIDE + o];
        }
    }
}

VEC8_INLINE void add_points(const int taps, const struct conv_dense_plan *p, float *weights,
                            const float *scratch)
{
    const struct conv_dense_shape *s = &p->shape;
    struct factors f = factors_of(taps);
    int size = s->window.size[0];
    size_t kernel = (size_t)s->channels * (size_t)(size * taps);
    float rows[ROWS * WINOGRAD_TAPS_MAX * WIDE] = {0};
    for (int b = 0; b < s->outputs; b += WIDE, scratch += p->sums_size) {
        int count = s->outputs - b < WIDE ? s->outputs - b : WIDE;
        int blocks = b / BLOCK + 1 < p->forward.blocks ? 2 : 1;
        size_t point = (size_t)(p->entries * blocks) * BLOCK;
        float *to = weights + (size_t)b * kernel;
        int filled = 0;
        for (int r = 0; r < s->channels * size; r++) {
            int c = r / size;
            int entry = (c / BLOCK * size + r % size) * BLOCK + c % BLOCK;
            row_from_points(taps, rows + filled * taps * WIDE,
                            scratch + (size_t)(entry * blocks) * BLOCK, point, &f, blocks);
            if (++filled == ROWS) {
                add_rows(taps, to, kernel, rows, count);
                to += ROWS * taps;
                filled = 0;
            }
        }
        add_few_rows(to, kernel, rows, filled * taps, count);
    }
}

static void add_sums(const struct conv_dense_plan *p, float *weights, float *bias,
                     const float *scratch)
{
    const struct conv_dense_shape *s = &p->shape;
    int taps = s->window.size[0] * s->window.size[1];
    int lanes = p->forward.lanes;
    if (p->forward.points == 6) {
        add_points(3, p, weights, scratch);
    } else if (p->forward.points == 8) {
        add_points(5, p, weights, scratch);
    }
    for (int o = 0; o < s->outputs && bias; o++) {
        bias[o] += scratch[p->bias_sums_at + (size_t)o];
    }
    for (int o = 0; o < s->outputs && !p->forward.points; o++) {
        int pair = o / (2 * BLOCK);
        int blocks = 2 * pair + 1 < p->forward.blocks ? 2 : 1;
        const float *sums = scratch + (size_t)pair * p->sums_size + o % (2 * BLOCK);
        for (int c = 0; c < s->channels; c++) {
            for (int t = 0; t < taps; t++) {
                int entry = (c / lanes * taps + t) * lanes + c % lanes;
                *weights++ += sums[entry * blocks * BLOCK];
            }
        }
    }
}

const struct conv_weights_kernels VEC8_TABLE(conv_weights) = {prepare, add_sums};
