#ifndef NN_GRAPH_SPEC_H
#define NN_GRAPH_SPEC_H

#include "core/base/error.h"
#include "core/nn/graph/layer.h"
#include "core/nn/spec.h"

#include <stdbool.h>

/* What the lines before a net's first layer say of the net as a whole. */
struct spec_settings {
    bool stack;          /* input stack: a sample's frames are one example */
    enum init_rule init; /* init WORD */
    int lines;           /* of the spec that say so; layers begin behind them */
};

/* Errors name the spec, the line and what is possible. */
int spec_settings_read(struct spec_settings *ret, const struct net_spec *spec,
                       struct error *err) MUST_CHECK;

/* The word of a layer or block nearest to what was written, or NULL. */
const char *spec_word_nearest(const char *word);

#endif
