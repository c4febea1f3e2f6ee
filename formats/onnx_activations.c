#include "formats/onnx_layer.h"

#include <string.h>

/* Functions of each number as nodes of ONNX; their formulas are docs/net-format.md's. */

static int add_plain(int *value, const struct onnx_layer *layer, struct error *err)
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
    return onnx_layer_fail(layer, err, "ONNX has nothing for it");
}

static int add_with_alpha(int *value, const struct onnx_layer *layer, struct error *err)
{
    (void)err;
    bool elu = strcmp(layer->line->word, "elu") == 0;
    onnx_begin(layer->graph, elu ? "Elu" : "LeakyRelu");
    onnx_read_value(layer->graph, *value);
    onnx_set_float(layer->graph, "alpha",
                   elu ? onnx_layer_number(layer, "alpha", 1)
                       : onnx_layer_number(layer, "slope", 0.01));
    *value = onnx_end(layer->graph, NULL);
    return 0;
}

static int add_silu(int *value, const struct onnx_layer *layer, struct error *err)
{
    (void)err;
    *value = onnx_binary(layer->graph, "Mul", *value,
                         onnx_unary(layer->graph, "Sigmoid", *value));
    return 0;
}

// x / 2 (1 + erf(x / sqrt 2)), or tanh(sqrt(2 / pi) (x + 0.044715 x^3)) for erf.
static int add_gelu(int *value, const struct onnx_layer *layer, struct error *err)
{
    (void)err;
    struct onnx_graph *g = layer->graph;
    const char *form = onnx_layer_option(layer, "form");
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

static int add_softplus(int *value, const struct onnx_layer *layer, struct error *err)
{
    (void)err;
    struct onnx_graph *g = layer->graph;
    int beta = onnx_number(g, onnx_layer_number(layer, "beta", 1));
    int scaled = onnx_with_constant(g, "Mul", *value, beta);
    int soft = onnx_with_constant(g, "Div", onnx_unary(g, "Softplus", scaled), beta);
    int above = onnx_with_constant(g, "Greater", scaled,
                                   onnx_number(g, onnx_layer_number(layer, "threshold", 20)));
    onnx_begin(g, "Where");
    onnx_read_value(g, above);
    onnx_read_value(g, *value);
    onnx_read_value(g, soft);
    *value = onnx_end(g, NULL);
    return 0;
}

static const struct {
    const char *word;
    onnx_layer_add add;
} words[] = {
    {"elu", add_with_alpha},    {"gelu", add_gelu},     {"leakyrelu", add_with_alpha},
    {"relu", add_plain},        {"sigmoid", add_plain}, {"silu", add_silu},
    {"softplus", add_softplus}, {"tanh", add_plain},
};

onnx_layer_add onnx_activation(const char *word)
{
    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++) {
        if (strcmp(words[i].word, word) == 0) {
            return words[i].add;
        }
    }
    return NULL;
}
