#include "core/nn/graph/layer.h"

#include "core/nn/kernels/kernels_norm.h"
#include "core/nn/layers/layer_parts.h"

#include <math.h>
#include <stdlib.h>

/* batchnorm: every channel to mean 0 and variance 1 over the batch, then scaled
 * and shifted by what is learnt. PyTorch's BatchNorm2d, and BatchNorm1d behind
 * flatten: in evaluation the running mean and variance of the training steps
 * take the place of the batch's.
 *
 * Forward needs the sum and the sum of squares of each channel over the batch,
 * backward the sums of dy and of dy * (x - mean). The executor adds them up
 * over the blocks in a fixed order, so threads do not show. */

struct batchnorm {
    int channels;
    size_t plane; // elements of one channel of one image
    double eps;
    double momentum; // the share of the newest batch in the running numbers
    bool affine;
    size_t weight; // offsets in the parameters
    size_t bias;
    size_t running_mean; // offsets in the buffers
    size_t running_var;
    size_t steps;
    const struct norm_row_kernels *kernels;
};

static int read_line(struct batchnorm *norm, const struct layer_build *build, struct error *err)
{
    static const char *const keys[] = {"eps", "momentum", "affine", NULL};
    norm->eps = 1e-5;
    norm->momentum = 0.1;
    norm->affine = true;
    int code = layer_check_words(build, 0, keys, err);
    code = code ? code : layer_option_double(&norm->eps, build, "eps", 1e-12, 1, err);
    code = code ? code : layer_option_double(&norm->momentum, build, "momentum", 0, 1, err);
    return code ? code : layer_option_switch(&norm->affine, build, "affine", err);
}

static int add_parameters(struct batchnorm *norm, struct layer_build *build, struct error *err)
{
    static const struct initial zero = {INITIAL_CONSTANT, 0};
    static const struct initial one = {INITIAL_CONSTANT, 1};
    const int dims[] = {norm->channels};
    int code = 0;
    if (norm->affine) {
        code = layer_add_parameter(&norm->weight, build, "weight", dims, 1, one, err);
        code = code ? code : layer_add_parameter(&norm->bias, build, "bias", dims, 1, zero, err);
    }
    code = code ? code : layer_add_buffer(&norm->running_mean, build, "running_mean", dims, 1,
                                          zero, err);
    code = code ? code : layer_add_buffer(&norm->running_var, build, "running_var", dims, 1, one,
                                          err);
    return code ? code : layer_add_buffer(&norm->steps, build, "num_batches_tracked", (int[]){1},
                                          1, zero, err);
}

static int build_batchnorm(void **ret, struct layer_build *build, struct error *err)
{
    struct batchnorm norm = {.channels = build->inputs[0].channels};
    norm.plane = shape_elements(build->inputs[0]) / (size_t)norm.channels;
    int code = read_line(&norm, build, err);
    if (!code && norm.channels > INT_MAX / 2) {
        code = layer_error(build, err, "reads %d channels; at most %d are possible",
                           norm.channels, INT_MAX / 2);
    }
    code = code ? code : add_parameters(&norm, build, err);
    if (code) {
        return code;
    }
    build->output = build->inputs[0];
    build->forward_sums = 2 * norm.channels;
    build->backward_sums = 2 * norm.channels;
    build->multiply_adds = (double)norm.channels * (double)norm.plane;
    struct batchnorm *state = malloc(sizeof *state);
    if (!state) {
        return error_nomem(err, "a network");
    }
    *state = norm;
    state->kernels = norm_rows_current();
    *ret = state;
    return 0;
}

// Mean and variance (the mean of squares around it) of one channel.
struct spread {
    double mean;
    double variance;
};

static struct spread spread_of(const double totals[2], double count)
{
    double mean = totals[0] / count;
    double variance = totals[1] / count - mean * mean;
    return (struct spread){mean, variance > 0 || isnan(variance) ? variance : 0};
}

static double examples(const struct batchnorm *norm, int batch)
{
    return (double)batch * (double)norm->plane;
}

static struct spread spread_at(const struct batchnorm *norm, const struct layer_pass *pass, int c)
{
    if (pass->training) {
        return spread_of(pass->forward_totals + 2 * c, examples(norm, pass->batch));
    }
    return (struct spread){(double)pass->buffers[norm->running_mean + (size_t)c],
                           (double)pass->buffers[norm->running_var + (size_t)c]};
}

static double weight_at(const struct batchnorm *norm, const struct layer_pass *pass, int c)
{
    return norm->affine ? (double)pass->parameters[norm->weight + (size_t)c] : 1;
}

// Where channel c of image i stands in a value of the block.
static size_t place(const struct batchnorm *norm, int i, int c)
{
    return ((size_t)i * (size_t)norm->channels + (size_t)c) * norm->plane;
}

static void forward_sums(const void *state, const struct layer_pass *pass)
{
    const struct batchnorm *norm = state;
    for (int c = 0; c < norm->channels; c++) {
        double *sums = pass->block_sums + 2 * c;
        sums[0] = 0;
        sums[1] = 0;
        for (int i = 0; i < pass->images; i++) {
            norm->kernels->add_moments(sums, pass->inputs[0] + place(norm, i, c), norm->plane);
        }
    }
}

static void forward(const void *state, const struct layer_pass *pass)
{
    const struct batchnorm *norm = state;
    for (int c = 0; c < norm->channels; c++) {
        struct spread spread = spread_at(norm, pass, c);
        real mean = (real)spread.mean;
        real scale = (real)(weight_at(norm, pass, c) / sqrt(spread.variance + norm->eps));
        real shift = norm->affine ? pass->parameters[norm->bias + (size_t)c] : 0;
        for (int i = 0; i < pass->images; i++) {
            size_t at = place(norm, i, c);
            norm->kernels->normalise(pass->output + at, pass->inputs[0] + at, mean, scale, shift,
                                     norm->plane);
        }
    }
}

static void backward_sums(const void *state, const struct layer_pass *pass)
{
    const struct batchnorm *norm = state;
    for (int c = 0; c < norm->channels; c++) {
        struct spread spread = spread_at(norm, pass, c);
        double *sums = pass->block_sums + 2 * c;
        sums[0] = 0;
        sums[1] = 0;
        for (int i = 0; i < pass->images; i++) {
            size_t at = place(norm, i, c);
            norm->kernels->add_products(sums, pass->output_gradient + at, pass->inputs[0] + at,
                                        (real)spread.mean, norm->plane);
        }
        if (norm->affine) {
            real *gradient = pass->parameter_gradients;
            gradient[norm->weight + (size_t)c]
                += (real)(sums[1] / sqrt(spread.variance + norm->eps));
            gradient[norm->bias + (size_t)c] += (real)sums[0];
        }
    }
}

// With xhat = (x - mean) / s and g = weight * dy:
// dx = (g - mean(g) - xhat mean(g xhat)) / s, means over the batch.
static void backward(const void *state, const struct layer_pass *pass)
{
    const struct batchnorm *norm = state;
    if (!pass->input_gradients[0]) {
        return;
    }
    double count = examples(norm, pass->batch);
    for (int c = 0; c < norm->channels; c++) {
        struct spread spread = spread_at(norm, pass, c);
        double variance = spread.variance + norm->eps;
        real scale = (real)(weight_at(norm, pass, c) / sqrt(variance));
        real shift = (real)(pass->backward_totals[2 * c] / count);
        real slope = (real)(pass->backward_totals[2 * c + 1] / count / variance);
        for (int i = 0; i < pass->images; i++) {
            size_t at = place(norm, i, c);
            norm->kernels->backward(pass->input_gradients[0] + at, pass->output_gradient + at,
                                    pass->inputs[0] + at, (real)spread.mean, scale, shift, slope,
                                    norm->plane);
        }
    }
}

// A batch with one number per channel says nothing of the variance, which is
// then left as it is (PyTorch refuses to train on it).
static void finish_step(const void *state, real *buffers, const double *totals, int batch)
{
    const struct batchnorm *norm = state;
    double count = examples(norm, batch);
    for (int c = 0; c < norm->channels; c++) {
        struct spread spread = spread_of(totals + 2 * c, count);
        real *mean = &buffers[norm->running_mean + (size_t)c];
        real *variance = &buffers[norm->running_var + (size_t)c];
        *mean = (real)((1 - norm->momentum) * (double)*mean + norm->momentum * spread.mean);
        if (count > 1) {
            double unbiased = spread.variance * count / (count - 1);
            *variance = (real)((1 - norm->momentum) * (double)*variance
                               + norm->momentum * unbiased);
        }
    }
    buffers[norm->steps] += 1;
}

struct batchnorm_parts layer_batchnorm_parts(const void *state)
{
    const struct batchnorm *norm = state;
    return (struct batchnorm_parts){
        .eps = norm->eps,
        .affine = norm->affine,
        .weight = norm->weight,
        .bias = norm->bias,
        .running_mean = norm->running_mean,
        .running_var = norm->running_var,
    };
}

const struct layer_kind layer_batchnorm = {
    .word = "batchnorm",
    .usage = "batchnorm [eps=1e-5] [momentum=0.1] [affine=on]",
    .build = build_batchnorm,
    .forward = forward,
    .backward = backward,
    .forgets_output = true,
    .forward_sums = forward_sums,
    .backward_sums = backward_sums,
    .finish_step = finish_step,
};
