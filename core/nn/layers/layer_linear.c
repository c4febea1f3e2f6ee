#include "core/nn/graph/layer.h"

#include "core/base/text.h"
#include "core/nn/kernels/blas.h"
#include "core/nn/kernels/kernel_set.h"
#include "core/nn/kernels/kernels.h"

#include <stdlib.h>
#include <string.h>

/* linear [N]: N weighted sums of a row; one for each class unless given.
 * PyTorch's Linear: weight [N][inputs], bias [N]. */

struct linear {
    int in;
    int out;
    size_t weight; // offsets in the flat arrays
    size_t bias;
    bool has_bias;
    enum init_rule init;
    const struct kernel_set *kernels;
};

// So many images or less are no work for a general matrix product.
enum { FEW_IMAGES = 8 };

enum { OUTPUTS_MAX = 1 << 24 };

static int read_line(struct linear *linear, const struct layer_build *build, struct error *err)
{
    static const char *const keys[] = {"bias", "init", NULL};
    int code = layer_check_words(build, 1, keys, err);
    if (code) {
        return code;
    }
    const char *outputs = layer_word(build, 0);
    char text[80];
    linear->out = build->classes;
    if (outputs && !text_to_int(outputs, 1, OUTPUTS_MAX, &linear->out)) {
        return layer_error(build, err, "'%s' where the number of outputs is needed, 1 to %d, "
                           "or nothing for one per class",
                           text_escape(text, sizeof text, outputs), (int)OUTPUTS_MAX);
    }
    struct shape in = build->inputs[0];
    if (!in.flat) {
        return layer_error(build, err, "needs a row to read, but gets planes of %s: put 'flatten' "
                           "before it", shape_text(text, in));
    }
    linear->in = in.channels;
    linear->has_bias = true;
    code = layer_option_init(&linear->init, build, err);
    return code ? code : layer_option_switch(&linear->has_bias, build, "bias", err);
}

static int build_linear(void **ret, struct layer_build *build, struct error *err)
{
    struct linear linear = {0};
    int code = read_line(&linear, build, err);
    if (code) {
        return code;
    }
    int dims[] = {linear.out, linear.in};
    code = layer_add_parameter(&linear.weight, build, "weight", dims, 2,
                               layer_initial_weight(linear.init, linear.in, linear.out), err);
    if (!code && linear.has_bias) {
        code = layer_add_parameter(&linear.bias, build, "bias", dims, 1,
                                   layer_initial_bias(linear.init, linear.in), err);
    }
    if (code) {
        return code;
    }
    build->output = shape_row(linear.out);
    build->multiply_adds = (double)linear.in * linear.out;
    struct linear *state = malloc(sizeof *state);
    if (!state) {
        return error_nomem(err, "a network");
    }
    *state = linear;
#ifndef NN_DOUBLE
    state->kernels = kernel_set_current();
#endif
    *ret = state;
    return 0;
}

static void forward(const void *state, const struct layer_pass *pass)
{
    const struct linear *linear = state;
#ifndef NN_DOUBLE
    if (pass->images <= FEW_IMAGES) {
        struct linear_size size = {pass->images, linear->in, linear->out};
        linear->kernels->linear->forward(&size, pass->output, pass->inputs[0],
                                         pass->parameters + linear->weight,
                                         linear->has_bias ? pass->parameters + linear->bias
                                                          : NULL);
        return;
    }
#endif
    size_t out = (size_t)linear->out;
    for (int i = 0; linear->has_bias && i < pass->images; i++) {
        memcpy(pass->output + (size_t)i * out, pass->parameters + linear->bias,
               out * sizeof(real));
    }
    // output[images][out] = inputs[images][in] weight^T
    blas_multiply(pass->output, linear->out, pass->images, linear->out, linear->in,
                  (struct matrix){pass->inputs[0], linear->in, false},
                  (struct matrix){pass->parameters + linear->weight, linear->in, true},
                  linear->has_bias ? 1 : 0);
}

static void backward(const void *state, const struct layer_pass *pass)
{
    const struct linear *linear = state;
    struct matrix dy = {pass->output_gradient, linear->out, false};
    struct matrix dy_transposed = {pass->output_gradient, linear->out, true};
    for (int i = 0; linear->has_bias && i < pass->images; i++) {
        kernel_add(pass->parameter_gradients + linear->bias,
                   pass->output_gradient + (size_t)i * (size_t)linear->out, (size_t)linear->out);
    }
#ifndef NN_DOUBLE
    if (pass->images <= FEW_IMAGES) {
        struct linear_size size = {pass->images, linear->in, linear->out};
        linear->kernels->linear->weight_gradient(&size, pass->parameter_gradients + linear->weight,
                                                 pass->inputs[0], pass->output_gradient);
        if (pass->input_gradients[0]) {
            linear->kernels->linear->data_gradient(&size, pass->input_gradients[0],
                                                   pass->output_gradient,
                                                   pass->parameters + linear->weight);
        }
        return;
    }
#endif
    // weight gradient[out][in] += dy^T[out][images] inputs[images][in]
    blas_multiply(pass->parameter_gradients + linear->weight, linear->in, linear->out,
                  linear->in, pass->images, dy_transposed,
                  (struct matrix){pass->inputs[0], linear->in, false}, 1);
    if (pass->input_gradients[0]) {
        // dx[images][in] = dy[images][out] weight
        blas_multiply(pass->input_gradients[0], linear->in, pass->images, linear->in,
                      linear->out, dy,
                      (struct matrix){pass->parameters + linear->weight, linear->in, false}, 0);
    }
}

const struct layer_kind layer_linear = {
    .word = "linear",
    .usage = "linear [OUTPUTS] [bias=on] [init=pytorch]",
    .build = build_linear,
    .forward = forward,
    .backward = backward,
    .forgets_output = true,
};
