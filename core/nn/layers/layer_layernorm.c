#include "core/nn/graph/layer.h"

#include "core/nn/kernels/kernels_norm.h"

#include <math.h>
#include <stdlib.h>

/* layernorm: all numbers of an image to mean 0 and variance 1, then each scaled
 * and shifted by what is learnt. PyTorch's LayerNorm over all but the batch:
 * weight and bias have the shape of an image. */

struct layernorm {
    size_t elements;
    double eps;
    bool affine;
    size_t weight; // offsets in the parameters
    size_t bias;
    const struct norm_row_kernels *kernels;
};

// What forward leaves of an image for backward.
struct saved {
    double mean;
    double scale; // 1 / sqrt(variance + eps)
};

static int build_layernorm(void **ret, struct layer_build *build, struct error *err)
{
    static const char *const keys[] = {"eps", "affine", NULL};
    static const struct initial zero = {INITIAL_CONSTANT, 0};
    static const struct initial one = {INITIAL_CONSTANT, 1};
    struct shape in = build->inputs[0];
    struct layernorm norm = {.elements = shape_elements(in), .eps = 1e-5, .affine = true};
    const int dims[] = {in.channels, in.height, in.width};
    int count = in.flat ? 1 : 3;
    int code = layer_check_words(build, 0, keys, err);
    code = code ? code : layer_option_double(&norm.eps, build, "eps", 1e-12, 1, err);
    code = code ? code : layer_option_switch(&norm.affine, build, "affine", err);
    if (!code && norm.affine) {
        code = layer_add_parameter(&norm.weight, build, "weight", dims, count, one, err);
        code = code ? code : layer_add_parameter(&norm.bias, build, "bias", dims, count, zero,
                                                 err);
    }
    if (code) {
        return code;
    }
    build->output = in;
    build->saved = sizeof(struct saved);
    build->multiply_adds = 2 * (double)norm.elements;
    struct layernorm *state = malloc(sizeof *state);
    if (!state) {
        return error_nomem(err, "a network");
    }
    *state = norm;
    state->kernels = norm_rows_current();
    *ret = state;
    return 0;
}

// What the kernels want to know of an image.
static struct norm_each norm_of(const struct layernorm *norm, const struct layer_pass *pass,
                                const struct saved *saved)
{
    struct norm_each each = {.mean = (real)saved->mean, .scale = (real)saved->scale};
    if (norm->affine) {
        each.weight = pass->parameters + norm->weight;
        each.bias = pass->parameters + norm->bias;
    }
    return each;
}

static void forward(const void *state, const struct layer_pass *pass)
{
    const struct layernorm *norm = state;
    struct saved *saved = pass->saved;
    double count = (double)norm->elements;
    for (int i = 0; i < pass->images; i++) {
        const real *x = pass->inputs[0] + (size_t)i * norm->elements;
        real *y = pass->output + (size_t)i * norm->elements;
        double sums[2] = {0, 0};
        norm->kernels->add_moments(sums, x, norm->elements);
        double mean = sums[0] / count;
        double variance = sums[1] / count - mean * mean;
        variance = variance < 0 ? 0 : variance;
        saved[i] = (struct saved){mean, 1 / sqrt(variance + norm->eps)};
        struct norm_each each = norm_of(norm, pass, &saved[i]);
        if (norm->affine) {
            norm->kernels->normalise_each(y, x, &each, norm->elements);
        } else {
            norm->kernels->normalise(y, x, each.mean, each.scale, 0, norm->elements);
        }
    }
}

// As in batchnorm, over an image instead of the batch.
static void backward(const void *state, const struct layer_pass *pass)
{
    const struct layernorm *norm = state;
    const struct norm_row_kernels *kernels = norm->kernels;
    const struct saved *saved = pass->saved;
    real *gradients = pass->parameter_gradients;
    size_t n = norm->elements;
    for (int i = 0; i < pass->images; i++) {
        const real *x = pass->inputs[0] + (size_t)i * n;
        const real *dy = pass->output_gradient + (size_t)i * n;
        struct norm_each each = norm_of(norm, pass, &saved[i]);
        double sums[2] = {0, 0};
        if (norm->affine) {
            kernels->add_products_each(sums, gradients + norm->weight, gradients + norm->bias, dy,
                                       x, &each, n);
        } else {
            kernels->add_products(sums, dy, x, each.mean, n);
        }
        real shift = (real)(sums[0] / (double)n);
        real slope = (real)(sums[1] / (double)n * saved[i].scale * saved[i].scale);
        real *dx = pass->input_gradients[0] ? pass->input_gradients[0] + (size_t)i * n : NULL;
        if (dx && norm->affine) {
            kernels->backward_each(dx, dy, x, &each, shift, slope, n);
        } else if (dx) {
            kernels->backward(dx, dy, x, each.mean, each.scale, shift, slope, n);
        }
    }
}

const struct layer_kind layer_layernorm = {
    .word = "layernorm",
    .usage = "layernorm [eps=1e-5] [affine=on]",
    .build = build_layernorm,
    .forward = forward,
    .backward = backward,
    .forgets_output = true,
};
