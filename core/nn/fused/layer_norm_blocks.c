#include "core/nn/fused/layer_blocks.h"

#include "core/nn/kernels/kernel_set.h"
#include "core/nn/layers/layer_parts.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* batchnorm, and a relu behind it, in blocks of channels. What is computed is
 * what layer_batchnorm.c says. */

enum { BLOCK = CONV_DENSE_BLOCK };

struct state {
    const void *plain; // state of layer_batchnorm
    struct batchnorm_parts parts;
    bool relu;
    size_t blocks; // per image
    size_t pixels;
    const struct norm_kernels *kernels;
};

int layer_batchnorm_blocks_become(struct node *node, struct shape in, bool relu,
                                  struct error *err)
{
    struct state *state = malloc(sizeof *state);
    if (!state) {
        return error_nomem(err, "a network");
    }
    *state = (struct state){
        .plain = node->state,
        .parts = layer_batchnorm_parts(node->state),
        .relu = relu,
        .blocks = (size_t)in.channels / BLOCK,
        .pixels = (size_t)in.height * (size_t)in.width,
        .kernels = kernel_set_current()->norm,
    };
    node->kind = &layer_batchnorm_blocks;
    node->state = state;
    return 0;
}

static double examples(const struct state *s, const struct layer_pass *pass)
{
    return (double)pass->batch * (double)s->pixels;
}

// Mean and variance of channel c.
static void spread(const struct state *s, const struct layer_pass *pass, size_t c, double *mean,
                   double *variance)
{
    if (!pass->training) {
        *mean = (double)pass->buffers[s->parts.running_mean + c];
        *variance = (double)pass->buffers[s->parts.running_var + c];
        return;
    }
    const double *totals = pass->forward_totals + 2 * c;
    *mean = totals[0] / examples(s, pass);
    double v = totals[1] / examples(s, pass) - *mean * *mean;
    *variance = v > 0 || isnan(v) ? v : 0;
}

// Of block b. The numbers for backward only with totals.
static struct norm_block constants(const struct state *s, const struct layer_pass *pass, size_t b,
                                   const double *backward_totals)
{
    struct norm_block n = {.mean = {0}};
    for (size_t i = 0; i < BLOCK; i++) {
        size_t c = b * BLOCK + i;
        double mean;
        double variance;
        spread(s, pass, c, &mean, &variance);
        variance += s->parts.eps;
        double weight = s->parts.affine ? (double)pass->parameters[s->parts.weight + c] : 1;
        n.mean[i] = (float)mean;
        n.scale[i] = (float)(weight / sqrt(variance));
        n.shift[i] = s->parts.affine ? pass->parameters[s->parts.bias + c] : 0;
        if (backward_totals) {
            n.offset[i] = (float)(backward_totals[2 * c] / examples(s, pass));
            n.slope[i] = (float)(backward_totals[2 * c + 1] / examples(s, pass) / variance);
        }
    }
    return n;
}

// Where block b of image i stands in a value of the pass.
static size_t place(const struct state *s, int i, size_t b)
{
    return ((size_t)i * s->blocks + b) * s->pixels * BLOCK;
}

static void forward_sums(const void *opaque, const struct layer_pass *pass)
{
    const struct state *s = opaque;
    memset(pass->block_sums, 0, 2 * s->blocks * BLOCK * sizeof *pass->block_sums);
    for (int i = 0; i < pass->images; i++) {
        for (size_t b = 0; b < s->blocks; b++) {
            s->kernels->add_moments(pass->block_sums + 2 * b * BLOCK,
                                    pass->inputs[0] + place(s, i, b), s->pixels);
        }
    }
}

static void forward(const void *opaque, const struct layer_pass *pass)
{
    const struct state *s = opaque;
    for (size_t b = 0; b < s->blocks; b++) {
        struct norm_block n = constants(s, pass, b, NULL);
        for (int i = 0; i < pass->images; i++) {
            s->kernels->forward(pass->output + place(s, i, b), pass->inputs[0] + place(s, i, b),
                                &n, s->relu, s->pixels);
        }
    }
}

static void backward_sums(const void *opaque, const struct layer_pass *pass)
{
    const struct state *s = opaque;
    double *sums = pass->block_sums;
    memset(sums, 0, 2 * s->blocks * BLOCK * sizeof *sums);
    for (size_t b = 0; b < s->blocks; b++) {
        struct norm_block n = constants(s, pass, b, NULL);
        for (int i = 0; i < pass->images; i++) {
            s->kernels->add_products(sums + 2 * b * BLOCK, pass->output_gradient + place(s, i, b),
                                     pass->inputs[0] + place(s, i, b), &n, s->relu, s->pixels);
        }
    }
    for (size_t c = 0; s->parts.affine && c < s->blocks * BLOCK; c++) {
        double mean;
        double variance;
        spread(s, pass, c, &mean, &variance);
        float *gradients = pass->parameter_gradients;
        gradients[s->parts.weight + c] += (float)(sums[2 * c + 1] / sqrt(variance + s->parts.eps));
        gradients[s->parts.bias + c] += (float)sums[2 * c];
    }
}

static void backward(const void *opaque, const struct layer_pass *pass)
{
    const struct state *s = opaque;
    for (size_t b = 0; pass->input_gradients[0] && b < s->blocks; b++) {
        struct norm_block n = constants(s, pass, b, pass->backward_totals);
        for (int i = 0; i < pass->images; i++) {
            size_t at = place(s, i, b);
            s->kernels->backward(pass->input_gradients[0] + at, pass->output_gradient + at,
                                 pass->inputs[0] + at, &n, s->relu, s->pixels);
        }
    }
}

static void finish_step(const void *opaque, real *buffers, const double *totals, int batch)
{
    const struct state *s = opaque;
    layer_batchnorm.finish_step(s->plain, buffers, totals, batch);
}

const struct layer_kind layer_batchnorm_blocks = {
    .word = "batchnorm",
    .forward = forward,
    .backward = backward,
    .forgets_output = true,
    .forward_sums = forward_sums,
    .backward_sums = backward_sums,
    .finish_step = finish_step,
};
