#include "formats/onnx_layers.h"

#include "core/base/text.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

// One layer's line on its way.
struct layer {
    struct onnx_layers *all;
    struct onnx_graph *graph;
    const struct net_line *line;
    const char *prefix;
};

typedef int (*add_function)(int *value, const struct layer *layer, struct error *err);

// ---- what the line says ----

static const char *option(const struct layer *layer, const char *key)
{
    for (int i = 0; i < layer->line->argument_count; i++) {
        const struct net_argument *a = &layer->line->arguments[i];
        if (a->key && strcmp(a->key, key) == 0) {
            return a->value;
        }
    }
    return NULL;
}

static const char *positional(const struct layer *layer)
{
    return layer->line->argument_count > 0 && !layer->line->arguments[0].key
        ? layer->line->arguments[0].value : NULL;
}

static bool is_off(const struct layer *layer, const char *key)
{
    const char *value = option(layer, key);
    return value && strcmp(value, "off") == 0;
}

static float number(const struct layer *layer, const char *key, double otherwise)
{
    const char *value = option(layer, key);
    double n = otherwise;
    return (float)(value && text_to_double(value, -HUGE_VAL, HUGE_VAL, &n) ? n : otherwise);
}

// "2" or "2x1" into height and width.
static void pair(int64_t ret[2], const char *text, int64_t otherwise0, int64_t otherwise1)
{
    int dims[2];
    ret[0] = otherwise0;
    ret[1] = otherwise1;
    if (text && strcmp(text, "0") == 0) {
        ret[0] = ret[1] = 0;
    } else if (text && text_to_dims(text, 1, INT32_MAX, dims)) {
        ret[0] = ret[1] = dims[0];
    } else if (text && strchr(text, 'x')) {
        int64_t both[2];
        char first[16];
        size_t length = strcspn(text, "x");
        snprintf(first, sizeof first, "%.*s", length < 15 ? (int)length : 15, text);
        if (text_to_i64(first, 0, INT32_MAX, &both[0])
            && text_to_i64(text + length + 1, 0, INT32_MAX, &both[1])) {
            ret[0] = both[0];
            ret[1] = both[1];
        }
    }
}

static int fail(const struct layer *layer, struct error *err, const char *what)
{
    char word[80];
    return error_set(err, ERR_VALUE, "%s, line %d: %s: %s", layer->all->name, layer->line->number,
                     text_escape(word, sizeof word, layer->line->word), what);
}

// ---- parameters ----

static const struct parameter *parameter(const struct layer *layer, const char *name)
{
    char full[PARAMETER_NAME_SIZE + 32];
    snprintf(full, sizeof full, "%s%s", layer->prefix, name);
    return parameters_find(layer->all->parameters, full);
}

// A parameter becomes part of the file where it is read: no layer reads that of
// another one, and what nobody reads (a batch norm's counter) is left out.
static int read_parameter(const struct layer *layer, const char *name, struct error *err)
{
    const struct parameter *p = parameter(layer, name);
    if (!p) {
        return fail(layer, err, "the model has no parameters for it");
    }
    onnx_parameter(layer->graph, p, layer->all->parameters->values);
    onnx_read_named(layer->graph, p->name);
    return 0;
}

// ---- layers ----

static void set_window(const struct layer *layer, const int64_t size[2], bool stride_is_size,
                       bool dilation)
{
    int64_t stride[2], padding[2], dilations[2];
    pair(stride, option(layer, "stride"), stride_is_size ? size[0] : 1,
         stride_is_size ? size[1] : 1);
    pair(padding, option(layer, "padding"), 0, 0);
    pair(dilations, option(layer, "dilation"), 1, 1);
    const int64_t pads[4] = {padding[0], padding[1], padding[0], padding[1]};
    onnx_set_ints(layer->graph, "kernel_shape", size, 2);
    onnx_set_ints(layer->graph, "strides", stride, 2);
    onnx_set_ints(layer->graph, "pads", pads, 4);
    if (dilation) {
        onnx_set_ints(layer->graph, "dilations", dilations, 2);
    }
}

static int add_conv(int *value, const struct layer *layer, struct error *err)
{
    const struct parameter *weight = parameter(layer, "weight");
    const char *groups = option(layer, "groups");
    int64_t group = 1;
    if (groups && !text_to_i64(groups, 1, INT32_MAX, &group)) {
        return fail(layer, err, "its groups are no number");
    }
    onnx_begin(layer->graph, "Conv");
    onnx_read_value(layer->graph, *value);
    int code = read_parameter(layer, "weight", err);
    if (code == 0 && !is_off(layer, "bias")) {
        code = read_parameter(layer, "bias", err);
    }
    if (code < 0 || weight->dim_count != 4) {
        return code < 0 ? code : fail(layer, err, "its weights have no four dimensions");
    }
    const int64_t size[2] = {weight->dim[2], weight->dim[3]};
    set_window(layer, size, false, true);
    onnx_set_int(layer->graph, "group", group);
    *value = onnx_end(layer->graph, NULL);
    return 0;
}

static int add_linear(int *value, const struct layer *layer, struct error *err)
{
    onnx_begin(layer->graph, "Gemm");
    onnx_read_value(layer->graph, *value);
    int code = read_parameter(layer, "weight", err);
    if (code == 0 && !is_off(layer, "bias")) {
        code = read_parameter(layer, "bias", err);
    }
    if (code < 0) {
        return code;
    }
    onnx_set_int(layer->graph, "transB", 1);
    *value = onnx_end(layer->graph, NULL);
    return 0;
}

static int add_pool(int *value, const struct layer *layer, struct error *err)
{
    bool max = strcmp(layer->line->word, "maxpool") == 0;
    int64_t size[2];
    pair(size, positional(layer), 0, 0);
    if (size[0] < 1 || size[1] < 1) {
        return fail(layer, err, "it has no window");
    }
    onnx_begin(layer->graph, max ? "MaxPool" : "AveragePool");
    onnx_read_value(layer->graph, *value);
    set_window(layer, size, true, max);
    if (!max) {
        onnx_set_int(layer->graph, "count_include_pad", is_off(layer, "count_padding") ? 0 : 1);
    }
    *value = onnx_end(layer->graph, NULL);
    return 0;
}

static int add_global_pool(int *value, const struct layer *layer, struct error *err)
{
    (void)err;
    *value = onnx_unary(layer->graph, "GlobalAveragePool", *value);
    return 0;
}

static int add_flatten(int *value, const struct layer *layer, struct error *err)
{
    (void)err;
    *value = onnx_unary(layer->graph, "Flatten", *value); // behind axis 1, its default
    layer->all->flat = true;
    return 0;
}

static int add_nothing(int *value, const struct layer *layer, struct error *err)
{
    (void)value;
    (void)layer;
    (void)err;
    return 0;
}

// x * weight / sqrt(var + eps) + ..., by ONNX's own node where there are weight
// and bias, else by its parts.
static int add_batchnorm(int *value, const struct layer *layer, struct error *err)
{
    struct onnx_graph *g = layer->graph;
    float eps = number(layer, "eps", 1e-5);
    if (!is_off(layer, "affine")) {
        static const char *const names[] = {"weight", "bias", "running_mean", "running_var"};
        onnx_begin(g, "BatchNormalization");
        onnx_read_value(g, *value);
        for (int i = 0; i < 4; i++) {
            int code = read_parameter(layer, names[i], err);
            if (code < 0) {
                return code;
            }
        }
        onnx_set_float(g, "epsilon", eps);
        *value = onnx_end(g, NULL);
        return 0;
    }
    const struct parameter *mean = parameter(layer, "running_mean");
    const struct parameter *var = parameter(layer, "running_var");
    if (!mean || !var) {
        return fail(layer, err, "the model has no parameters for it");
    }
    // Shaped so that they spread over planes: [channels][1][1].
    const int64_t dims[3] = {mean->dim[0], 1, 1};
    int dim_count = layer->all->flat ? 1 : 3;
    const float *values = layer->all->parameters->values;
    int means = onnx_numbers(g, values + mean->offset, dims, dim_count);
    int vars = onnx_numbers(g, values + var->offset, dims, dim_count);
    onnx_begin(g, "Add");
    onnx_read_constant(g, vars);
    onnx_read_constant(g, onnx_number(g, eps));
    int spread = onnx_unary(g, "Sqrt", onnx_end(g, NULL));
    *value = onnx_binary(g, "Div", onnx_with_constant(g, "Sub", *value, means), spread);
    return 0;
}

static int reduce_mean(const struct layer *layer, int value)
{
    static const int64_t axes[] = {1, 2, 3};
    onnx_begin(layer->graph, "ReduceMean");
    onnx_read_value(layer->graph, value);
    onnx_set_ints(layer->graph, "axes", axes, layer->all->flat ? 1 : 3);
    onnx_set_int(layer->graph, "keepdims", 1);
    return onnx_end(layer->graph, NULL);
}

static int add_layernorm(int *value, const struct layer *layer, struct error *err)
{
    struct onnx_graph *g = layer->graph;
    int centred = onnx_binary(g, "Sub", *value, reduce_mean(layer, *value));
    int variance = reduce_mean(layer, onnx_binary(g, "Mul", centred, centred));
    int eps = onnx_number(g, number(layer, "eps", 1e-5));
    int spread = onnx_unary(g, "Sqrt", onnx_with_constant(g, "Add", variance, eps));
    int x = onnx_binary(g, "Div", centred, spread);
    static const char *const names[] = {"weight", "bias"}, *const ops[] = {"Mul", "Add"};
    for (int i = 0; i < 2 && !is_off(layer, "affine"); i++) {
        onnx_begin(g, ops[i]);
        onnx_read_value(g, x);
        int code = read_parameter(layer, names[i], err);
        if (code < 0) {
            return code;
        }
        x = onnx_end(g, NULL);
    }
    *value = x;
    return 0;
}

// ---- functions of each number ----

static int add_plain(int *value, const struct layer *layer, struct error *err)
{
    static const char *const ops[][2] = {
        {"relu", "Relu"}, {"sigmoid", "Sigmoid"}, {"tanh", "Tanh"},
    };
    for (size_t i = 0; i < sizeof ops / sizeof ops[0]; i++) {
        if (strcmp(layer->line->word, ops[i][0]) == 0) {
            *value = onnx_unary(layer->graph, ops[i][1], *value);
            return 0;
        }
    }
    return fail(layer, err, "ONNX has nothing for it");
}

static int add_with_alpha(int *value, const struct layer *layer, struct error *err)
{
    (void)err;
    bool elu = strcmp(layer->line->word, "elu") == 0;
    onnx_begin(layer->graph, elu ? "Elu" : "LeakyRelu");
    onnx_read_value(layer->graph, *value);
    onnx_set_float(layer->graph, "alpha",
                   elu ? number(layer, "alpha", 1) : number(layer, "slope", 0.01));
    *value = onnx_end(layer->graph, NULL);
    return 0;
}

static int add_silu(int *value, const struct layer *layer, struct error *err)
{
    (void)err;
    *value = onnx_binary(layer->graph, "Mul", *value,
                         onnx_unary(layer->graph, "Sigmoid", *value));
    return 0;
}

// x / 2 (1 + erf(x / sqrt 2)), or tanh(sqrt(2 / pi) (x + 0.044715 x^3)) for erf.
static int add_gelu(int *value, const struct layer *layer, struct error *err)
{
    (void)err;
    struct onnx_graph *g = layer->graph;
    const char *form = option(layer, "form");
    int x = *value, bend;
    if (form && strcmp(form, "tanh") == 0) {
        int cube = onnx_binary(g, "Mul", onnx_binary(g, "Mul", x, x), x);
        int sum = onnx_binary(g, "Add", x, onnx_with_constant(g, "Mul", cube,
                                                              onnx_number(g, 0.044715f)));
        bend = onnx_unary(g, "Tanh", onnx_with_constant(g, "Mul", sum,
                                                        onnx_number(g, 0.7978845608f)));
    } else {
        bend = onnx_unary(g, "Erf", onnx_with_constant(g, "Mul", x,
                                                       onnx_number(g, 0.7071067812f)));
    }
    int half = onnx_with_constant(g, "Mul", x, onnx_number(g, 0.5f));
    *value = onnx_binary(g, "Mul", half, onnx_with_constant(g, "Add", bend, onnx_number(g, 1)));
    return 0;
}

static int add_softplus(int *value, const struct layer *layer, struct error *err)
{
    (void)err;
    struct onnx_graph *g = layer->graph;
    int beta = onnx_number(g, number(layer, "beta", 1));
    int scaled = onnx_with_constant(g, "Mul", *value, beta);
    int soft = onnx_with_constant(g, "Div", onnx_unary(g, "Softplus", scaled), beta);
    int above = onnx_with_constant(g, "Greater", scaled,
                                   onnx_number(g, number(layer, "threshold", 20)));
    onnx_begin(g, "Where");
    onnx_read_value(g, above);
    onnx_read_value(g, *value);
    onnx_read_value(g, soft);
    *value = onnx_end(g, NULL);
    return 0;
}

// ---- blocks ----

// "3." and "body" make "3.body.".
static bool join(char out[PARAMETER_NAME_SIZE], const char *prefix, const char *name)
{
    int length = snprintf(out, PARAMETER_NAME_SIZE, "%s%s.", prefix, name);
    return length >= 0 && length < PARAMETER_NAME_SIZE;
}

static int inner(int *value, const struct layer *layer, const struct net_line *lines, int count,
                 const char *name, struct error *err)
{
    char prefix[PARAMETER_NAME_SIZE];
    return join(prefix, layer->prefix, name)
        ? onnx_sequence(value, layer->all, lines, count, prefix, err)
        : fail(layer, err, "blocks are nested too deeply");
}

static int add_line(int *value, struct onnx_layers *layers, const struct net_line *line,
                    const char *prefix, struct error *err);

static int add_residual(int *value, const struct layer *layer, struct error *err)
{
    const struct net_line *line = layer->line;
    int count = line->body_count, code;
    const struct net_line *last = &line->body[count - 1];
    bool projected = strcmp(last->word, "shortcut") == 0, flat = layer->all->flat;
    int body = *value, shortcut = *value;
    code = inner(&body, layer, line->body, count - projected, "body", err);
    if (code == 0 && projected) {
        layer->all->flat = flat;
        code = inner(&shortcut, layer, last->body, last->body_count, "shortcut", err);
    }
    if (code < 0) {
        return code;
    }
    *value = onnx_binary(layer->graph, "Add", shortcut, body);
    if (line->argument_count == 0) {
        return 0;
    }
    struct net_line activation = {.number = line->number, .word = line->arguments[0].value};
    return add_line(value, layer->all, &activation, "", err);
}

static int add_branches(int *value, const struct layer *layer, struct error *err)
{
    enum { BRANCHES_MAX = 64 };
    const struct net_line *line = layer->line;
    bool add = strcmp(line->word, "add") == 0, flat = layer->all->flat;
    int ends[BRANCHES_MAX];
    if (line->body_count > BRANCHES_MAX) {
        return fail(layer, err, "it has too many branches");
    }
    for (int i = 0; i < line->body_count; i++) {
        char number_text[16];
        snprintf(number_text, sizeof number_text, "%d", i);
        ends[i] = *value;
        layer->all->flat = flat;
        int code = inner(&ends[i], layer, line->body[i].body, line->body[i].body_count,
                         number_text, err);
        if (code < 0) {
            return code;
        }
    }
    onnx_begin(layer->graph, add ? "Sum" : "Concat");
    for (int i = 0; i < line->body_count; i++) {
        onnx_read_value(layer->graph, ends[i]);
    }
    if (!add) {
        onnx_set_int(layer->graph, "axis", 1);
    }
    *value = onnx_end(layer->graph, NULL);
    return 0;
}

// ---- all of them ----

static const struct {
    const char *word;
    add_function add;
} words[] = {
    {"add", add_branches},          {"avgpool", add_pool},       {"batchnorm", add_batchnorm},
    {"concat", add_branches},       {"conv", add_conv},          {"dropout", add_nothing},
    {"dropout2d", add_nothing},     {"elu", add_with_alpha},     {"flatten", add_flatten},
    {"gelu", add_gelu},             {"globalavgpool", add_global_pool},
    {"identity", add_nothing},      {"layernorm", add_layernorm}, {"leakyrelu", add_with_alpha},
    {"linear", add_linear},         {"maxpool", add_pool},       {"relu", add_plain},
    {"residual", add_residual},     {"sigmoid", add_plain},      {"silu", add_silu},
    {"softplus", add_softplus},     {"tanh", add_plain},
};

static int add_line(int *value, struct onnx_layers *layers, const struct net_line *line,
                    const char *prefix, struct error *err)
{
    struct layer layer = {layers, layers->graph, line, prefix};
    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++) {
        if (strcmp(words[i].word, line->word) == 0) {
            return words[i].add(value, &layer, err);
        }
    }
    return fail(&layer, err, "ONNX has nothing for it");
}

int onnx_settings(bool *ret_stack, const struct net_spec *spec)
{
    int lines = 0;
    *ret_stack = false;
    for (; lines < spec->line_count; lines++) {
        const struct net_line *line = &spec->lines[lines];
        if (strcmp(line->word, "input") == 0) {
            *ret_stack = line->argument_count == 1
                && strcmp(line->arguments[0].value, "stack") == 0;
        } else if (strcmp(line->word, "init") != 0) {
            break;
        }
    }
    return lines;
}

int onnx_sequence(int *value, struct onnx_layers *layers, const struct net_line *lines, int count,
                  const char *prefix, struct error *err)
{
    for (int i = 0; i < count; i++) {
        char own[PARAMETER_NAME_SIZE], index[16];
        snprintf(index, sizeof index, "%d", i);
        int code = join(own, prefix, index)
            ? add_line(value, layers, &lines[i], own, err)
            : error_set(err, ERR_VALUE, "%s, line %d: blocks are nested too deeply",
                        layers->name, lines[i].number);
        if (code < 0) {
            return code;
        }
    }
    return 0;
}
