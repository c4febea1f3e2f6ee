#ifndef FORMATS_ONNX_GRAPH_H
#define FORMATS_ONNX_GRAPH_H

#include "core/nn/parameters.h"
#include "formats/protobuf.h"

#include <stdint.h>

/* A GraphProto of ONNX while it grows: nodes that read values and write one.
 * Values are numbers here, "x7" in the file; constants "c7". Memory that runs
 * out shows in graph.failed. */

enum { ONNX_OPSET = 13, ONNX_IR = 7 };

struct onnx_graph {
    struct protobuf graph;
    struct protobuf node; /* the one being made */
    struct protobuf part; /* of it */
    int values;
    int constants;
};

/* A node: begin, its inputs in order, its attributes, end, which returns the
 * value that it writes. `output` names that value for the outside, or is NULL. */
void onnx_begin(struct onnx_graph *g, const char *op);
void onnx_read_value(struct onnx_graph *g, int value);
void onnx_read_constant(struct onnx_graph *g, int constant);
void onnx_read_named(struct onnx_graph *g, const char *name);
void onnx_set_int(struct onnx_graph *g, const char *name, int64_t value);
void onnx_set_float(struct onnx_graph *g, const char *name, float value);
void onnx_set_ints(struct onnx_graph *g, const char *name, const int64_t *values, int count);
int onnx_end(struct onnx_graph *g, const char *output);

/* Nodes of one or two inputs and no attributes. */
int onnx_unary(struct onnx_graph *g, const char *op, int value);
int onnx_binary(struct onnx_graph *g, const char *op, int a, int b);
int onnx_with_constant(struct onnx_graph *g, const char *op, int value, int constant);

/* Constants: a number, `count` numbers of the shape dims, whole numbers in a
 * row. Each call makes a new one. */
int onnx_number(struct onnx_graph *g, float value);
int onnx_numbers(struct onnx_graph *g, const float *values, const int64_t *dims, int dim_count);
int onnx_whole_numbers(struct onnx_graph *g, const int64_t *values, int count);

/* A parameter under its own name. */
void onnx_parameter(struct onnx_graph *g, const struct parameter *p, const float *values);

/* Declare an input (field 11) or output (field 12) of the graph: dims[0] < 0
 * stands for "batch". `type` is TensorProto's: 1 float, 2 uint8. */
void onnx_declare(struct onnx_graph *g, int field, const char *name, int type,
                  const int64_t *dims, int dim_count);

void onnx_graph_clear(struct onnx_graph *g);

#endif
