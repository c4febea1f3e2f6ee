#include "formats/onnx_graph.h"

#include <stdio.h>
#include <string.h>

// Field numbers are those of onnx.proto (ONNX 1.8, IR version 7).
enum { GRAPH_NODE = 1, GRAPH_INITIALIZER = 5 };
enum { NODE_INPUT = 1, NODE_OUTPUT = 2, NODE_NAME = 3, NODE_OP = 4, NODE_ATTRIBUTE = 5 };
enum { ATTRIBUTE_NAME = 1, ATTRIBUTE_F = 2, ATTRIBUTE_I = 3, ATTRIBUTE_INTS = 8,
       ATTRIBUTE_TYPE = 20 };
enum { TYPE_FLOAT = 1, TYPE_INT = 2, TYPE_INTS = 7 };
enum { TENSOR_DIM = 1, TENSOR_TYPE = 2, TENSOR_NAME = 8, TENSOR_RAW = 9 };
enum { DATA_FLOAT = 1, DATA_INT64 = 7 };

enum { NAME_SIZE = 32 };

static const char *value_name(char name[NAME_SIZE], int value)
{
    snprintf(name, NAME_SIZE, "x%d", value);
    return name;
}

void onnx_begin(struct onnx_graph *g, const char *op)
{
    g->node.size = 0;
    protobuf_text(&g->node, NODE_OP, op);
}

void onnx_read_value(struct onnx_graph *g, int value)
{
    char name[NAME_SIZE];
    protobuf_text(&g->node, NODE_INPUT, value_name(name, value));
}

void onnx_read_constant(struct onnx_graph *g, int constant)
{
    char name[NAME_SIZE];
    snprintf(name, sizeof name, "c%d", constant);
    protobuf_text(&g->node, NODE_INPUT, name);
}

void onnx_read_named(struct onnx_graph *g, const char *name)
{
    protobuf_text(&g->node, NODE_INPUT, name);
}

void onnx_set_int(struct onnx_graph *g, const char *name, int64_t value)
{
    protobuf_text(&g->part, ATTRIBUTE_NAME, name);
    protobuf_number(&g->part, ATTRIBUTE_I, (uint64_t)value);
    protobuf_number(&g->part, ATTRIBUTE_TYPE, TYPE_INT);
    protobuf_message(&g->node, NODE_ATTRIBUTE, &g->part);
}

void onnx_set_float(struct onnx_graph *g, const char *name, float value)
{
    protobuf_text(&g->part, ATTRIBUTE_NAME, name);
    protobuf_float(&g->part, ATTRIBUTE_F, value);
    protobuf_number(&g->part, ATTRIBUTE_TYPE, TYPE_FLOAT);
    protobuf_message(&g->node, NODE_ATTRIBUTE, &g->part);
}

void onnx_set_ints(struct onnx_graph *g, const char *name, const int64_t *values, int count)
{
    protobuf_text(&g->part, ATTRIBUTE_NAME, name);
    for (int i = 0; i < count; i++) {
        protobuf_number(&g->part, ATTRIBUTE_INTS, (uint64_t)values[i]);
    }
    protobuf_number(&g->part, ATTRIBUTE_TYPE, TYPE_INTS);
    protobuf_message(&g->node, NODE_ATTRIBUTE, &g->part);
}

int onnx_end(struct onnx_graph *g, const char *output)
{
    char name[NAME_SIZE];
    int value = g->values++;
    protobuf_text(&g->node, NODE_OUTPUT, output ? output : value_name(name, value));
    snprintf(name, sizeof name, "node%d", value);
    protobuf_text(&g->node, NODE_NAME, name);
    protobuf_message(&g->graph, GRAPH_NODE, &g->node);
    return value;
}

int onnx_unary(struct onnx_graph *g, const char *op, int value)
{
    onnx_begin(g, op);
    onnx_read_value(g, value);
    return onnx_end(g, NULL);
}

int onnx_binary(struct onnx_graph *g, const char *op, int a, int b)
{
    onnx_begin(g, op);
    onnx_read_value(g, a);
    onnx_read_value(g, b);
    return onnx_end(g, NULL);
}

int onnx_with_constant(struct onnx_graph *g, const char *op, int value, int constant)
{
    onnx_begin(g, op);
    onnx_read_value(g, value);
    onnx_read_constant(g, constant);
    return onnx_end(g, NULL);
}

// A TensorProto of the name; the data is as it lies in memory, low byte first.
static void add_tensor(struct onnx_graph *g, const char *name, int type, const int64_t *dims,
                       int dim_count, const void *data, size_t size)
{
    for (int d = 0; d < dim_count; d++) {
        protobuf_number(&g->part, TENSOR_DIM, (uint64_t)dims[d]);
    }
    protobuf_number(&g->part, TENSOR_TYPE, (uint64_t)type);
    protobuf_text(&g->part, TENSOR_NAME, name);
    protobuf_bytes(&g->part, TENSOR_RAW, data, size);
    protobuf_message(&g->graph, GRAPH_INITIALIZER, &g->part);
}

static int add_constant(struct onnx_graph *g, int type, const int64_t *dims, int dim_count,
                        const void *data, size_t item)
{
    char name[NAME_SIZE];
    size_t count = 1;
    for (int d = 0; d < dim_count; d++) {
        count *= (size_t)dims[d];
    }
    int constant = g->constants++;
    snprintf(name, sizeof name, "c%d", constant);
    add_tensor(g, name, type, dims, dim_count, data, count * item);
    return constant;
}

int onnx_number(struct onnx_graph *g, float value)
{
    return add_constant(g, DATA_FLOAT, NULL, 0, &value, sizeof value);
}

int onnx_numbers(struct onnx_graph *g, const float *values, const int64_t *dims, int dim_count)
{
    return add_constant(g, DATA_FLOAT, dims, dim_count, values, sizeof *values);
}

int onnx_whole_numbers(struct onnx_graph *g, const int64_t *values, int count)
{
    int64_t dim = count;
    return add_constant(g, DATA_INT64, &dim, 1, values, sizeof *values);
}

void onnx_parameter(struct onnx_graph *g, const struct parameter *p, const float *values)
{
    int64_t dims[PARAMETER_DIMS_MAX];
    for (int d = 0; d < p->dim_count; d++) {
        dims[d] = p->dim[d];
    }
    add_tensor(g, p->name, DATA_FLOAT, dims, p->dim_count, values + p->offset,
               p->size * sizeof *values);
}

void onnx_declare(struct onnx_graph *g, int field, const char *name, int type,
                  const int64_t *dims, int dim_count)
{
    enum { INFO_NAME = 1, INFO_TYPE = 2, TYPE_TENSOR = 1, TENSOR_ELEMENT = 1, TENSOR_SHAPE = 2,
           SHAPE_DIM = 1, DIM_VALUE = 1, DIM_PARAM = 2 };
    struct protobuf shape = {0}, tensor = {0}, info = {0};
    for (int d = 0; d < dim_count; d++) {
        if (dims[d] < 0) {
            protobuf_text(&g->part, DIM_PARAM, "batch");
        } else {
            protobuf_number(&g->part, DIM_VALUE, (uint64_t)dims[d]);
        }
        protobuf_message(&shape, SHAPE_DIM, &g->part);
    }
    protobuf_number(&tensor, TENSOR_ELEMENT, (uint64_t)type);
    protobuf_message(&tensor, TENSOR_SHAPE, &shape);
    protobuf_message(&g->part, TYPE_TENSOR, &tensor);
    protobuf_text(&info, INFO_NAME, name);
    protobuf_message(&info, INFO_TYPE, &g->part);
    protobuf_message(&g->graph, field, &info);
    protobuf_clear(&shape);
    protobuf_clear(&tensor);
    protobuf_clear(&info);
}

void onnx_graph_clear(struct onnx_graph *g)
{
    protobuf_clear(&g->graph);
    protobuf_clear(&g->node);
    protobuf_clear(&g->part);
    *g = (struct onnx_graph){0};
}
