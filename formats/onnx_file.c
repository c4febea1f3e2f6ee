#include "formats/onnx_file.h"

#include "core/base/output.h"
#include "formats/net_text.h"
#include "formats/onnx_layers.h"

#include <stdlib.h>
#include <string.h>

// Field numbers of ModelProto and GraphProto.
enum { MODEL_IR = 1, MODEL_PRODUCER = 2, MODEL_PRODUCER_VERSION = 3, MODEL_GRAPH = 7,
       MODEL_OPSET = 8, MODEL_METADATA = 14 };
enum { GRAPH_NAME = 2, GRAPH_INPUT = 11, GRAPH_OUTPUT = 12 };
enum { DATA_FLOAT = 1, DATA_UINT8 = 2 };

// Bytes [batch][height][width][3] (or [batch][frames][height][width][3]) to what
// the net reads: planes of byte / 255, normalised where the model says so.
static int add_preprocessing(struct onnx_graph *g, const struct model *model, bool stack)
{
    const struct model_input *input = &model->input;
    static const int64_t one[] = {0, 3, 1, 2}, stacked[] = {0, 1, 4, 2, 3};
    const int64_t dims[] = {-1, input->frames, input->height, input->width, 3};
    const int64_t plain[] = {-1, input->height, input->width, 3};
    onnx_declare(g, GRAPH_INPUT, "frames", DATA_UINT8, stack ? dims : plain, stack ? 5 : 4);
    onnx_begin(g, "Cast");
    onnx_read_named(g, "frames");
    onnx_set_int(g, "to", DATA_FLOAT);
    int value = onnx_end(g, NULL);
    onnx_begin(g, "Transpose");
    onnx_read_value(g, value);
    onnx_set_ints(g, "perm", stack ? stacked : one, stack ? 5 : 4);
    value = onnx_with_constant(g, "Div", onnx_end(g, NULL), onnx_number(g, 255));
    if (input->normalise) {
        float mean[3], factor[3];
        for (int c = 0; c < 3; c++) {
            mean[c] = (float)input->normalise->mean[c];
            factor[c] = (float)(1 / input->normalise->std[c]);
        }
        const int64_t planes[] = {3, 1, 1};
        value = onnx_with_constant(g, "Sub", value, onnx_numbers(g, mean, planes, 3));
        value = onnx_with_constant(g, "Mul", value, onnx_numbers(g, factor, planes, 3));
    }
    if (stack) {
        const int64_t shape[] = {-1, 3 * (int64_t)input->frames, input->height, input->width};
        value = onnx_with_constant(g, "Reshape", value, onnx_whole_numbers(g, shape, 4));
    }
    return value;
}

// ---- what a person finds in it ----

static void add_metadata(struct protobuf *out, const char *key, const char *value)
{
    enum { ENTRY_KEY = 1, ENTRY_VALUE = 2 };
    struct protobuf entry = {0};
    protobuf_text(&entry, ENTRY_KEY, key);
    protobuf_text(&entry, ENTRY_VALUE, value);
    protobuf_message(out, MODEL_METADATA, &entry);
    protobuf_clear(&entry);
}

static void add_class_names(struct protobuf *out, const struct model *model)
{
    size_t size = 1;
    for (int i = 0; i < model->class_count; i++) {
        size += strlen(model->classes[i]) + 1;
    }
    char *names = malloc(size);
    if (!names) {
        out->failed = true;
        return;
    }
    char *end = names;
    for (int i = 0; i < model->class_count; i++) {
        size_t length = strlen(model->classes[i]);
        memcpy(end, model->classes[i], length);
        end += length;
        *end++ = '\n';
    }
    end[end > names ? -1 : 0] = 0;
    add_metadata(out, "classes", names);
    free(names);
}

static void wrap_model(struct protobuf *out, struct onnx_graph *g, const struct model *model)
{
    enum { OPSET_VERSION = 2 };
    struct protobuf opset = {0};
    protobuf_number(out, MODEL_IR, ONNX_IR);
    protobuf_text(out, MODEL_PRODUCER, "Triptych");
    protobuf_text(out, MODEL_PRODUCER_VERSION, TRIPTYCH_VERSION);
    protobuf_message(out, MODEL_GRAPH, &g->graph);
    protobuf_number(&opset, OPSET_VERSION, ONNX_OPSET);
    protobuf_message(out, MODEL_OPSET, &opset);
    protobuf_clear(&opset);
    add_class_names(out, model);
    add_metadata(out, "digest", model->digest);
}

static int fill_graph(struct onnx_graph *g, const struct model *model, const char *path,
                      struct error *err)
{
    struct net_spec *spec = NULL;
    int code = net_text_parse(&spec, model->net_text, path, err);
    if (code < 0) {
        return code;
    }
    struct onnx_layers layers = {.graph = g, .parameters = &model->parameters, .name = path};
    bool stack;
    int first = onnx_settings(&stack, spec);
    protobuf_text(&g->graph, GRAPH_NAME, model->net_name);
    int value = add_preprocessing(g, model, stack);
    code = onnx_sequence(&value, &layers, spec->lines + first, spec->line_count - first, "", err);
    if (code == 0) {
        onnx_begin(g, "Identity");
        onnx_read_value(g, value);
        onnx_end(g, "logits");
        onnx_declare(g, GRAPH_OUTPUT, "logits", DATA_FLOAT,
                     (const int64_t[]){-1, model->class_count}, 2);
    }
    net_spec_free(&spec);
    return code;
}

int onnx_file_write(const char *path, const struct model *model, bool force, struct error *err)
{
    struct onnx_graph graph = {0};
    struct protobuf out = {0};
    int code = fill_graph(&graph, model, path, err);
    if (code == 0) {
        wrap_model(&out, &graph, model);
        code = out.failed ? error_nomem(err, path)
                          : output_write_file(path, out.data, out.size, force, err);
    }
    protobuf_clear(&out);
    onnx_graph_clear(&graph);
    return code;
}
