#ifndef FORMATS_ONNX_LAYER_H
#define FORMATS_ONNX_LAYER_H

#include "formats/onnx_layers.h"

#include <stdint.h>

/* One line of a net on its way to nodes of ONNX: what it says, and its parameters. For
 * those who know how a layer is computed: onnx_layers.c, onnx_activations.c. */

struct onnx_layer {
    struct onnx_layers *all;
    struct onnx_graph *graph; /* that of `all` */
    const struct net_line *line;
    const char *prefix; /* that its parameters' names begin with */
};

/* What gives a word its nodes: they read *value, and what they give is left there. */
typedef int (*onnx_layer_add)(int *value, const struct onnx_layer *layer, struct error *err);

/* The value of "key=value", and the first argument where that has no key; or NULL. */
const char *onnx_layer_option(const struct onnx_layer *layer, const char *key);
const char *onnx_layer_positional(const struct onnx_layer *layer);

bool onnx_layer_is_off(const struct onnx_layer *layer, const char *key);

/* `otherwise` where the line does not say it. The net was checked when it was built:
 * what is no number counts as not said. */
float onnx_layer_number(const struct onnx_layer *layer, const char *key, double otherwise);

/* "2" or "2x1" into height and width; both `otherwise` for NULL. */
void onnx_layer_pair(int64_t ret[2], const char *text, int64_t otherwise0, int64_t otherwise1);

/* ERR_VALUE that names the net, the line and its word, and says `what`. */
int onnx_layer_fail(const struct onnx_layer *layer, struct error *err, const char *what);

/* The parameter `prefix``name`, or NULL. */
const struct parameter *onnx_layer_parameter(const struct onnx_layer *layer, const char *name);

/* Let the node being made read it. It becomes part of the file here: no layer reads that
 * of another one, and what nobody reads (a batch norm's counter) is left out. */
int onnx_layer_read_parameter(const struct onnx_layer *layer, const char *name,
                              struct error *err) MUST_CHECK;

/* The functions of each number, by their word: relu, gelu and so on; NULL for others. */
onnx_layer_add onnx_activation(const char *word);

#endif
