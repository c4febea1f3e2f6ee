#include "core/nn/graph/layer.h"

#include "core/base/text.h"
#include "core/nn/layers/layer_parts.h"

#include <stdlib.h>

/* conv HxWxN: a two-dimensional convolution with N outputs. PyTorch's Conv2d:
 * weight [N][channels / groups][H][W], bias [N]. */

struct conv {
    struct convolution convolution;
    size_t weight; // offsets in the flat arrays
    size_t bias;
    bool has_bias;
    enum init_rule init;
    size_t in; // elements per image
    size_t out;
};

static int read_line(struct conv *conv, struct layer_build *build, struct error *err)
{
    static const char *const keys[] = {"stride", "padding", "dilation", "groups", "bias", "init",
                                       NULL};
    struct convolution *c = &conv->convolution;
    struct window *w = &c->window;
    int code = layer_check_words(build, 1, keys, err);
    if (code) {
        return code;
    }
    const char *dims = layer_word(build, 0);
    int values[3];
    if (!dims || !text_to_dims(dims, 3, SHAPE_WINDOW_MAX, values)) {
        char quoted[80];
        text_escape(quoted, sizeof quoted, dims ? dims : "");
        return layer_error(build, err, "'%s' where height x width x outputs is needed, each 1 to "
                           "%d, as in 7x7x8", quoted, (int)SHAPE_WINDOW_MAX);
    }
    *w = (struct window){.size = {values[0], values[1]}, .stride = {1, 1}, .dilation = {1, 1}};
    c->outputs = values[2];
    c->groups = 1;
    conv->has_bias = true;
    if ((code = layer_option_pair(w->stride, build, "stride", 1, SHAPE_WINDOW_MAX, err))
        || (code = layer_option_pair(w->padding, build, "padding", 0, SHAPE_WINDOW_MAX, err))
        || (code = layer_option_pair(w->dilation, build, "dilation", 1, SHAPE_WINDOW_MAX, err))
        || (code = layer_option_int(&c->groups, build, "groups", 1, SHAPE_WINDOW_MAX, err))
        || (code = layer_option_switch(&conv->has_bias, build, "bias", err))
        || (code = layer_option_init(&conv->init, build, err))) {
        return code;
    }
    return 0;
}

// Does it fit what it reads?
static int check_input(struct conv *conv, const struct layer_build *build, struct error *err)
{
    struct convolution *c = &conv->convolution;
    struct window *w = &c->window;
    struct shape in = build->inputs[0];
    char text[SHAPE_TEXT_SIZE];
    if (in.flat) {
        return layer_error(build, err, "needs planes to read, but gets %s: it must stand before "
                           "'flatten'", shape_text(text, in));
    }
    if (in.channels % c->groups != 0 || c->outputs % c->groups != 0) {
        return layer_error(build, err, "groups=%d must divide both the %d channels it reads and "
                           "its %d outputs", c->groups, in.channels, c->outputs);
    }
    c->channels = in.channels;
    w->in[0] = in.height;
    w->in[1] = in.width;
    for (int axis = 0; axis < 2; axis++) {
        w->out[axis] = shape_window(w->in[axis], w->size[axis], w->stride[axis],
                                    w->padding[axis], w->dilation[axis]);
    }
    if (w->out[0] < 1 || w->out[1] < 1) {
        return layer_error(build, err, "a window of %dx%d does not fit planes of %dx%d with "
                           "padding %dx%d (height x width); use a smaller one, more padding or "
                           "larger frames", (w->size[0] - 1) * w->dilation[0] + 1,
                           (w->size[1] - 1) * w->dilation[1] + 1, w->in[0], w->in[1],
                           w->padding[0], w->padding[1]);
    }
    return 0;
}

static int check_sizes(const struct convolution *c, const struct layer_build *build,
                       struct error *err)
{
    const struct window *w = &c->window;
    size_t product;
    if (!shape_product(&product, (int[]){c->outputs, w->out[0], w->out[1]}, 3)
        || !shape_product(&product, (int[]){c->channels / c->groups, w->size[0], w->size[1],
                                            w->out[1]}, 4)) {
        return layer_error(build, err, "its output or its working matrix would have more than %d "
                           "numbers per frame", (int)SHAPE_ELEMENTS_MAX);
    }
    return 0;
}

static int add_parameters(struct conv *conv, struct layer_build *build, struct error *err)
{
    const struct convolution *c = &conv->convolution;
    const struct window *w = &c->window;
    int dims[] = {c->outputs, c->channels / c->groups, w->size[0], w->size[1]};
    double fan_in = (double)dims[1] * dims[2] * dims[3];
    double fan_out = (double)dims[0] * dims[2] * dims[3];
    int code = layer_add_parameter(&conv->weight, build, "weight", dims, 4,
                                   layer_initial_weight(conv->init, fan_in, fan_out), err);
    if (!code && conv->has_bias) {
        code = layer_add_parameter(&conv->bias, build, "bias", dims, 1,
                                   layer_initial_bias(conv->init, fan_in), err);
    }
    return code;
}

static int build_conv(void **ret, struct layer_build *build, struct error *err)
{
    struct conv conv = {0};
    struct convolution *c = &conv.convolution;
    int code;
    if ((code = read_line(&conv, build, err)) || (code = check_input(&conv, build, err))
        || (code = check_sizes(c, build, err)) || (code = add_parameters(&conv, build, err))) {
        return code;
    }
    build->output = shape_planes(c->outputs, c->window.out[0], c->window.out[1]);
    build->scratch = convolution_plan(c);
    conv.in = shape_elements(build->inputs[0]);
    conv.out = shape_elements(build->output);
    build->multiply_adds = (double)conv.out * (c->channels / c->groups) * c->window.size[0]
                         * c->window.size[1];
    struct conv *state = malloc(sizeof *state);
    if (!state) {
        return error_nomem(err, "a network");
    }
    *state = conv;
    *ret = state;
    return 0;
}

static void forward(const void *state, const struct layer_pass *pass)
{
    const struct conv *conv = state;
    const real *bias = conv->has_bias ? pass->parameters + conv->bias : NULL;
    for (int i = 0; i < pass->images; i++) {
        convolution_forward(&conv->convolution, pass->output + (size_t)i * conv->out,
                            pass->inputs[0] + (size_t)i * conv->in,
                            pass->parameters + conv->weight, bias, pass->scratch);
    }
}

static void backward(const void *state, const struct layer_pass *pass)
{
    const struct conv *conv = state;
    real *bias_gradient = conv->has_bias ? pass->parameter_gradients + conv->bias : NULL;
    for (int i = 0; i < pass->images; i++) {
        real *dx = pass->input_gradients[0];
        convolution_backward(&conv->convolution, dx ? dx + (size_t)i * conv->in : NULL,
                             pass->parameter_gradients + conv->weight, bias_gradient,
                             pass->inputs[0] + (size_t)i * conv->in,
                             pass->parameters + conv->weight,
                             pass->output_gradient + (size_t)i * conv->out, pass->scratch);
    }
}

struct conv_parts layer_conv_parts(const void *state)
{
    const struct conv *conv = state;
    return (struct conv_parts){&conv->convolution, conv->weight, conv->bias, conv->has_bias};
}

const struct layer_kind layer_conv = {
    .word = "conv",
    .usage = "conv HEIGHTxWIDTHxOUTPUTS [stride=1] [padding=0] [dilation=1] [groups=1] [bias=on] "
             "[init=pytorch]",
    .build = build_conv,
    .forward = forward,
    .backward = backward,
    .forgets_output = true,
};
