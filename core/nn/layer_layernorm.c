#include "core/nn/layer.h"

#include "core/nn/kernels_norm.h"

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
    struct layernorm norm = {shape_elements(in), 1e-5, true, 0, 0};
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
    build->scratch = norm.elements * sizeof(real);
    build->multiply_adds = 2 * (double)norm.elements;
    struct layernorm *state = malloc(sizeof *state);
    if (!state) {
        return error_nomem(err, "a network");
    }
    *state = norm;
    *ret = state;
    return 0;
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
        kernel_add_moments(sums, x, norm->elements);
        double mean = sums[0] / count;
        double variance = sums[1] / count - mean * mean;
        variance = variance < 0 ? 0 : variance;
        saved[i] = (struct saved){mean, 1 / sqrt(variance + norm->eps)};
        kernel_normalise(y, x, (real)mean, (real)saved[i].scale, 0, norm->elements);
        const real *weight = pass->parameters + norm->weight;
        const real *bias = pass->parameters + norm->bias;
        for (size_t k = 0; norm->affine && k < norm->elements; k++) {
            y[k] = y[k] * weight[k] + bias[k];
        }
    }
}

// The gradients of weight and bias, and by the normalised numbers: to g.
static void backward_affine(const struct layernorm *norm, const struct layer_pass *pass,
                            const struct saved *saved, const real *x, const real *dy, real *g)
{
    const real *weight = pass->parameters + norm->weight;
    real *weight_gradient = pass->parameter_gradients + norm->weight;
    real *bias_gradient = pass->parameter_gradients + norm->bias;
    real mean = (real)saved->mean;
    real scale = (real)saved->scale;
    for (size_t k = 0; k < norm->elements; k++) {
        weight_gradient[k] += dy[k] * ((x[k] - mean) * scale);
        bias_gradient[k] += dy[k];
        g[k] = dy[k] * weight[k];
    }
}

// As in batchnorm, over an image instead of the batch.
static void backward(const void *state, const struct layer_pass *pass)
{
    const struct layernorm *norm = state;
    const struct saved *saved = pass->saved;
    double count = (double)norm->elements;
    for (int i = 0; i < pass->images; i++) {
        size_t at = (size_t)i * norm->elements;
        const real *x = pass->inputs[0] + at;
        const real *g = pass->output_gradient + at;
        if (norm->affine) {
            backward_affine(norm, pass, &saved[i], x, g, pass->scratch);
            g = pass->scratch;
        }
        if (pass->input_gradients[0]) {
            double sums[2] = {0, 0};
            double square = saved[i].scale * saved[i].scale;
            kernel_add_products(sums, g, x, (real)saved[i].mean, norm->elements);
            kernel_normalise_backward(pass->input_gradients[0] + at, g, x, (real)saved[i].mean,
                                      (real)saved[i].scale, (real)(sums[0] / count),
                                      (real)(sums[1] / count * square), norm->elements);
        }
    }
}

const struct layer_kind layer_layernorm = {
    .word = "layernorm",
    .usage = "layernorm [eps=1e-5] [affine=on]",
    .build = build_layernorm,
    .forward = forward,
    .backward = backward,
};
