#include "core/nn/conv_dense.h"

#include <string.h>

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

void conv_dense_prepare(const struct conv_dense_plan *p, float *prepared, const float *weights,
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
    lay_out(&p->forward, prepared + p->forward.weights_at, &forward);
    if (!s->planar) {
        struct kernel back = forward;
        back.inputs = forward.outputs;
        back.outputs = forward.inputs;
        back.input = forward.output;
        back.output = forward.input;
        back.scale_inputs = true;
        lay_out(&p->back, prepared + p->back.weights_at, &back);
    }
    for (int i = 0; i < p->forward.blocks * BLOCK; i++) {
        prepared[p->bias_at + (size_t)i] = bias && i < s->outputs ? bias[i] : 0;
    }
}

void conv_dense_add_sums(const struct conv_dense_plan *p, float *weights, float *bias,
                         const float *scratch)
{
    const struct conv_dense_shape *s = &p->shape;
    int taps = s->window.size[0] * s->window.size[1];
    int lanes = p->forward.lanes;
    for (int o = 0; o < s->outputs; o++) {
        int pair = o / (2 * BLOCK);
        int blocks = 2 * pair + 1 < p->forward.blocks ? 2 : 1;
        const float *sums = scratch + (size_t)pair * p->sums_size + o % (2 * BLOCK);
        for (int c = 0; c < s->channels; c++) {
            for (int t = 0; t < taps; t++) {
                int entry = (c / lanes * taps + t) * lanes + c % lanes;
                *weights++ += sums[entry * blocks * BLOCK];
            }
        }
        if (bias) {
            bias[o] += scratch[p->bias_sums_at + (size_t)o];
        }
    }
}
