#include "core/nn/graph/layer.h"

#include "core/base/text.h"

#include <string.h>

// The table of kinds: a new layer is one file and one line here.
static const struct layer_kind *const kinds[] = {
    &layer_avgpool,
    &layer_batchnorm,
    &layer_conv,
    &layer_diff,
    &layer_dropout,
    &layer_dropout2d,
    &layer_elu,
    &layer_flatten,
    &layer_gelu,
    &layer_globalavgpool,
    &layer_layernorm,
    &layer_leakyrelu,
    &layer_linear,
    &layer_maxpool,
    &layer_relu,
    &layer_sigmoid,
    &layer_silu,
    &layer_softplus,
    &layer_tanh,
};

enum { KINDS = sizeof kinds / sizeof kinds[0] };

const struct layer_kind *layer_kind_find(const char *word)
{
    for (int i = 0; i < KINDS; i++) {
        if (strcmp(kinds[i]->word, word) == 0) {
            return kinds[i];
        }
    }
    return NULL;
}

const char *layer_kind_nearest(const char *word)
{
    const char *words[KINDS + 1];
    for (int i = 0; i < KINDS; i++) {
        words[i] = kinds[i]->word;
    }
    words[KINDS] = NULL;
    return text_nearest(word, words);
}
