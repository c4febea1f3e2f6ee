#include "formats/onnx_layer.h"

#include "core/base/text.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

// ---- what the line says ----

const char *onnx_layer_option(const struct onnx_layer *layer, const char *key)
{
    for (int i = 0; i < layer->line->argument_count; i++) {
        const struct net_argument *a = &layer->line->arguments[i];
        if (a->key && strcmp(a->key, key) == 0) {
            return a->value;
        }
    }
    return NULL;
}

const char *onnx_layer_positional(const struct onnx_layer *layer)
{
    return layer->line->argument_count > 0 && !layer->line->arguments[0].key
        ? layer->line->arguments[0].value : NULL;
}

bool onnx_layer_is_off(const struct onnx_layer *layer, const char *key)
{
    const char *value = onnx_layer_option(layer, key);
    return value && strcmp(value, "off") == 0;
}

float onnx_layer_number(const struct onnx_layer *layer, const char *key, double otherwise)
{
    const char *value = onnx_layer_option(layer, key);
    double n = otherwise;
    return (float)(value && text_to_double(value, -HUGE_VAL, HUGE_VAL, &n) ? n : otherwise);
}

void onnx_layer_pair(int64_t ret[2], const char *text, int64_t otherwise0, int64_t otherwise1)
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

int onnx_layer_fail(const struct onnx_layer *layer, struct error *err, const char *what)
{
    char word[80];
    return error_set(err, ERR_VALUE, "%s, line %d: %s: %s", layer->all->name, layer->line->number,
                     text_escape(word, sizeof word, layer->line->word), what);
}

// ---- parameters ----

const struct parameter *onnx_layer_parameter(const struct onnx_layer *layer, const char *name)
{
    char full[PARAMETER_NAME_SIZE + 32];
    snprintf(full, sizeof full, "%s%s", layer->prefix, name);
    return parameters_find(layer->all->parameters, full);
}

int onnx_layer_read_parameter(const struct onnx_layer *layer, const char *name, struct error *err)
{
    const struct parameter *p = onnx_layer_parameter(layer, name);
    if (!p) {
        return onnx_layer_fail(layer, err, "the model has no parameters for it");
    }
    onnx_parameter(layer->graph, p, layer->all->parameters->values);
    onnx_read_named(layer->graph, p->name);
    return 0;
}
