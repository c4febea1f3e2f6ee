#ifndef FORMATS_ONNX_LAYERS_H
#define FORMATS_ONNX_LAYERS_H

#include "core/base/error.h"
#include "core/nn/parameters.h"
#include "core/nn/spec.h"
#include "formats/onnx_graph.h"

#include <stdbool.h>

/* The layers of a net (docs/net-format.md) as nodes of ONNX, in evaluation. */

struct onnx_layers {
    struct onnx_graph *graph;
    const struct parameters *parameters; /* named as the format says */
    const char *name;                    /* of the net, for messages */
    bool flat;                           /* is the value a row? */
};

/* How many lines before the first layer say something of the whole net; *ret_stack
 * says whether they ask for stacked frames. */
int onnx_settings(bool *ret_stack, const struct net_spec *spec);

/* Add `count` lines, whose parameters' names begin with `prefix`, that read
 * *value and leave there what they give. ERR_VALUE for a layer that has no
 * counterpart or no parameters. */
int onnx_sequence(int *value, struct onnx_layers *layers, const struct net_line *lines, int count,
                  const char *prefix, struct error *err) MUST_CHECK;

#endif
