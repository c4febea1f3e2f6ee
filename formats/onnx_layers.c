#include "formats/onnx_layers.h"

#include "core/base/text.h"
#include "formats/onnx_layer.h"

#include <stdio.h>
#include <string.h>

// ---- layers ----

static void set_window(const struct onnx_layer *layer, const int64_t size[2], bool stride_is_size,
                       bool dilation)
{
    int64_t stride[2], padding[2], dilations[2];
    onnx_layer_pair(stride, onnx_layer_option(layer, "stride"), stride_is_size ? size[0] : 1,
         stride_is_size ? size[1] : 1);
    onnx_layer_pair(padding, onnx_layer_option(layer, "padding"), 0, 0);
    onnx_layer_pair(dilations, onnx_layer_option(layer, "dilation"), 1, 1);
    const int64_t pads[4] = {padding[0], padding[1], padding[0], padding[1]};
    onnx_set_ints(layer->graph, "kernel_shape", size, 2);
    onnx_set_ints(layer->graph, "strides", stride, 2);
    onnx_set_ints(layer->graph, "pads", pads, 4);
    if (dilation) {
        onnx_set_ints(layer->graph, "dilations", dilations, 2);
    }
}

static int add_conv(int *value, const struct onnx_layer *layer, struct error *err)
{
    const struct parameter *weight = onnx_layer_parameter(layer, "weight");
    const char *groups = onnx_layer_option(layer, "groups");
    int64_t group = 1;
    if (groups && !text_to_i64(groups, 1, INT32_MAX, &group)) {
        return onnx_layer_fail(layer, err, "its groups are no number");
    }
    onnx_begin(layer->graph, "Conv");
    onnx_read_value(layer->graph, *value);
    int code = onnx_layer_read_parameter(layer, "weight", err);
    if (code == 0 && !onnx_layer_is_off(layer, "bias")) {
        code = onnx_layer_read_parameter(layer, "bias", err);
    }
    if (code < 0 || weight->dim_count != 4) {
        return code < 0 ? code : onnx_layer_fail(layer, err, "its weights have no four dimensions");
    }
    const int64_t size[2] = {weight->dim[2], weight->dim[3]};
    set_window(layer, size, false, true);
    onnx_set_int(layer->graph, "group", group);
    *value = onnx_end(layer->graph, NULL);
    return 0;
}

static int add_linear(int *value, const struct onnx_layer *layer, struct error *err)
{
    onnx_begin(layer->graph, "Gemm");
    onnx_read_value(layer->graph, *value);
    int code = onnx_layer_read_parameter(layer, "weight", err);
    if (code == 0 && !onnx_layer_is_off(layer, "bias")) {
        code = onnx_layer_read_parameter(layer, "bias", err);
    }
    if (code < 0) {
        return code;
    }
    onnx_set_int(layer->graph, "transB", 1);
    *value = onnx_end(layer->graph, NULL);
    return 0;
}

static int add_pool(int *value, const struct onnx_layer *layer, struct error *err)
{
    bool max = strcmp(layer->line->word, "maxpool") == 0;
    int64_t size[2];
    onnx_layer_pair(size, onnx_layer_positional(layer), 0, 0);
    if (size[0] < 1 || size[1] < 1) {
        return onnx_layer_fail(layer, err, "it has no window");
    }
    onnx_begin(layer->graph, max ? "MaxPool" : "AveragePool");
    onnx_read_value(layer->graph, *value);
    set_window(layer, size, true, max);
    if (!max) {
        onnx_set_int(layer->graph, "count_include_pad",
                     onnx_layer_is_off(layer, "count_padding") ? 0 : 1);
    }
    *value = onnx_end(layer->graph, NULL);
    return 0;
}

static int add_global_pool(int *value, const struct onnx_layer *layer, struct error *err)
{
    (void)err;
    *value = onnx_unary(layer->graph, "GlobalAveragePool", *value);
    return 0;
}

// Frames but the first, less frames but the last.
static int add_diff(int *value, const struct onnx_layer *layer, struct error *err)
{
    const char *word = onnx_layer_positional(layer);
    int64_t channels = 3;
    if (word && !text_to_i64(word, 1, INT32_MAX, &channels)) {
        return onnx_layer_fail(layer, err, "its channels are no number");
    }
    const int64_t starts[2] = {channels, 0}, ends[2] = {INT32_MAX, -channels}, axis = 1;
    int parts[2];
    for (int i = 0; i < 2; i++) {
        int start = onnx_whole_numbers(layer->graph, &starts[i], 1);
        int end = onnx_whole_numbers(layer->graph, &ends[i], 1);
        int axes = onnx_whole_numbers(layer->graph, &axis, 1);
        onnx_begin(layer->graph, "Slice");
        onnx_read_value(layer->graph, *value);
        onnx_read_constant(layer->graph, start);
        onnx_read_constant(layer->graph, end);
        onnx_read_constant(layer->graph, axes);
        parts[i] = onnx_end(layer->graph, NULL);
    }
    *value = onnx_binary(layer->graph, "Sub", parts[0], parts[1]);
    return 0;
}

static int add_flatten(int *value, const struct onnx_layer *layer, struct error *err)
{
    (void)err;
    *value = onnx_unary(layer->graph, "Flatten", *value); // behind axis 1, its default
    layer->all->flat = true;
    return 0;
}

static int add_nothing(int *value, const struct onnx_layer *layer, struct error *err)
{
    (void)value;
    (void)layer;
    (void)err;
    return 0;
}

// x * weight / sqrt(var + eps) + ..., by ONNX's own node where there are weight
// and bias, else by its parts.
static int add_batchnorm(int *value, const struct onnx_layer *layer, struct error *err)
{
    struct onnx_graph *g = layer->graph;
    float eps = onnx_layer_number(layer, "eps", 1e-5);
    if (!onnx_layer_is_off(layer, "affine")) {
        static const char *const names[] = {"weight", "bias", "running_mean", "running_var"};
        onnx_begin(g, "BatchNormalization");
        onnx_read_value(g, *value);
        for (int i = 0; i < 4; i++) {
            int code = onnx_layer_read_parameter(layer, names[i], err);
            if (code < 0) {
                return code;
            }
        }
        onnx_set_float(g, "epsilon", eps);
        *value = onnx_end(g, NULL);
        return 0;
    }
    const struct parameter *mean = onnx_layer_parameter(layer, "running_mean");
    const struct parameter *var = onnx_layer_parameter(layer, "running_var");
    if (!mean || !var) {
        return onnx_layer_fail(layer, err, "the model has no parameters for it");
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

static int reduce_mean(const struct onnx_layer *layer, int value)
{
    static const int64_t axes[] = {1, 2, 3};
    onnx_begin(layer->graph, "ReduceMean");
    onnx_read_value(layer->graph, value);
    onnx_set_ints(layer->graph, "axes", axes, layer->all->flat ? 1 : 3);
    onnx_set_int(layer->graph, "keepdims", 1);
    return onnx_end(layer->graph, NULL);
}

static int add_layernorm(int *value, const struct onnx_layer *layer, struct error *err)
{
    struct onnx_graph *g = layer->graph;
    int centred = onnx_binary(g, "Sub", *value, reduce_mean(layer, *value));
    int variance = reduce_mean(layer, onnx_binary(g, "Mul", centred, centred));
    int eps = onnx_number(g, onnx_layer_number(layer, "eps", 1e-5));
    int spread = onnx_unary(g, "Sqrt", onnx_with_constant(g, "Add", variance, eps));
    int x = onnx_binary(g, "Div", centred, spread);
    static const char *const names[] = {"weight", "bias"}, *const ops[] = {"Mul", "Add"};
    for (int i = 0; i < 2 && !onnx_layer_is_off(layer, "affine"); i++) {
        onnx_begin(g, ops[i]);
        onnx_read_value(g, x);
        int code = onnx_layer_read_parameter(layer, names[i], err);
        if (code < 0) {
            return code;
        }
        x = onnx_end(g, NULL);
    }
    *value = x;
    return 0;
}

// ---- blocks ----

// "3." and "body" make "3.body.".
static bool join(char out[PARAMETER_NAME_SIZE], const char *prefix, const char *name)
{
    int length = snprintf(out, PARAMETER_NAME_SIZE, "%s%s.", prefix, name);
    return length >= 0 && length < PARAMETER_NAME_SIZE;
}

static int inner(int *value, const struct onnx_layer *layer, const struct net_line *lines,
                 int count, const char *name, struct error *err)
{
    char prefix[PARAMETER_NAME_SIZE];
    return join(prefix, layer->prefix, name)
        ? onnx_sequence(value, layer->all, lines, count, prefix, err)
        : onnx_layer_fail(layer, err, "blocks are nested too deeply");
}

static int add_line(int *value, struct onnx_layers *layers, const struct net_line *line,
                    const char *prefix, struct error *err);

static int add_residual(int *value, const struct onnx_layer *layer, struct error *err)
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

static int add_branches(int *value, const struct onnx_layer *layer, struct error *err)
{
    enum { BRANCHES_MAX = 64 };
    const struct net_line *line = layer->line;
    bool add = strcmp(line->word, "add") == 0, flat = layer->all->flat;
    int ends[BRANCHES_MAX];
    if (line->body_count > BRANCHES_MAX) {
        return onnx_layer_fail(layer, err, "it has too many branches");
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
    onnx_layer_add add;
} words[] = {
    {"add", add_branches},      {"avgpool", add_pool},        {"batchnorm", add_batchnorm},
    {"concat", add_branches},   {"conv", add_conv},         {"diff", add_diff},
    {"dropout", add_nothing},   {"dropout2d", add_nothing}, {"flatten", add_flatten},
    {"identity", add_nothing},  {"linear", add_linear},     {"globalavgpool", add_global_pool},
    {"maxpool", add_pool},      {"residual", add_residual}, {"layernorm", add_layernorm},
};

static int add_line(int *value, struct onnx_layers *layers, const struct net_line *line,
                    const char *prefix, struct error *err)
{
    struct onnx_layer layer = {layers, layers->graph, line, prefix};
    onnx_layer_add add = onnx_activation(line->word);
    for (size_t i = 0; !add && i < sizeof words / sizeof words[0]; i++) {
        add = strcmp(words[i].word, line->word) == 0 ? words[i].add : NULL;
    }
    return add ? add(value, &layer, err) : onnx_layer_fail(&layer, err, "ONNX has nothing for it");
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
