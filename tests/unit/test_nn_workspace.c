// What shares memory: only values that nobody needs any more, and backward does
// without those that its kind says it forgets.

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>

#include <cmocka.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "core/nn/fused/fuse.h"
#include "core/nn/graph/init.h"
#include "core/nn/run/workspace.h"
#include "formats/net_text.h"
#include "tests/unit/nn_fixture.h"

enum { IMAGES = 2, CLASSES = 3 };

// Every kind of layer, in planes and, where channels are eight, in blocks.
static const char *const nets[] = {
    "conv 3x3x8 padding=1\nbatchnorm\nrelu\nresidual relu {\nconv 3x3x8 padding=1\nbatchnorm\n}\n"
    "maxpool 2\navgpool 2\nconv 3x3x8 padding=1 groups=8\nconv 1x1x8\nglobalavgpool\nflatten\n"
    "linear",
    "conv 3x3x8\nrelu\nmaxpool 2\nconv 3x3x8\nrelu\nmaxpool 2\nflatten\nlinear 9\nlayernorm\n"
    "sigmoid\nlinear",
    "conv 3x3x3 padding=1\nbatchnorm\ngelu\ndropout 0.5\nresidual {\nconv 3x3x3 padding=1\n"
    "shortcut {\nconv 1x1x3\ndropout2d 0.5\n}\n}\nconcat {\nbranch {\nmaxpool 2\n}\nbranch {\n"
    "avgpool 2\nrelu\n}\n}\nglobalavgpool\nflatten\nlinear",
};

enum { NETS = sizeof nets / sizeof nets[0] };

static struct graph *make_graph(const char *text)
{
    struct error err = ERROR_INIT;
    struct graph *graph;
    struct net_spec *spec;
    assert_int_equal(net_text_parse(&spec, text, "test.net", &err), 0);
    assert_int_equal(graph_open(&graph, "test.net", shape_planes(4, 16, 18), CLASSES, &err), 0);
    assert_int_equal(graph_add_spec(graph, spec, &err), 0);
    assert_int_equal(graph_finish(graph, &err), 0);
    init_parameters(graph, 4);
    net_spec_free(&spec);
    return graph;
}

// Numbers of a stream; where it is 0, NaN.
static void *numbers(size_t count, unsigned stream)
{
    float *x = aligned_alloc(64, (count * sizeof *x + 64) / 64 * 64);
    assert_non_null(x);
    for (size_t i = 0; i < count; i++) {
        x[i] = stream ? (float)fixture_uniform(stream, i) : NAN;
    }
    return x;
}

static void *zeros(size_t bytes)
{
    void *memory = aligned_alloc(64, (bytes + 64) / 64 * 64);
    assert_non_null(memory);
    memset(memory, 0, (bytes + 64) / 64 * 64);
    return memory;
}

// ---- what backward reads ----

// Gradients of one node: of its inputs, and of all parameters.
struct gradients {
    float *inputs[LAYER_INPUTS_MAX];
    float *parameters;
};

static struct gradients go_back(const struct graph *graph, const struct node *node,
                                struct layer_pass pass)
{
    struct gradients g = {.parameters = zeros(graph->parameters.trained * sizeof(float))};
    for (int i = 0; i < node->input_count; i++) {
        const struct value *value = &graph->values[node->inputs[i]];
        g.inputs[i] = value->needs_gradient ? numbers(IMAGES * value->elements, 0) : NULL;
        pass.input_gradients[i] = g.inputs[i];
    }
    double *sums = zeros((size_t)node->backward_sums * sizeof *sums);
    pass.block_sums = sums;
    pass.backward_totals = sums; // all images are one block
    pass.parameter_gradients = g.parameters;
    if (node->kind->backward_sums) {
        node->kind->backward_sums(node->state, &pass);
    }
    node->kind->backward(node->state, &pass);
    free(sums);
    return g;
}

static void gradients_free(struct gradients *g)
{
    for (int i = 0; i < LAYER_INPUTS_MAX; i++) {
        free(g->inputs[i]);
    }
    free(g->parameters);
}

static void check_same(const struct graph *graph, const struct node *node, struct gradients *a,
                       struct gradients *b)
{
    assert_memory_equal(a->parameters, b->parameters, graph->parameters.trained * sizeof(float));
    for (int i = 0; i < node->input_count && a->inputs[i]; i++) {
        size_t count = IMAGES * graph->values[node->inputs[i]].elements;
        for (size_t k = 0; k < count; k++) {
            assert_true(!isnan(a->inputs[i][k]));
        }
        assert_memory_equal(a->inputs[i], b->inputs[i], count * sizeof(float));
    }
}

// Runs a node on numbers by formula, forward and, twice, back. Returns how many
// values it said that it forgets.
static int check_node(const struct graph *graph, const struct node *node)
{
    size_t out = IMAGES * graph->values[node->output].elements;
    double *sums = zeros((size_t)node->forward_sums * sizeof *sums);
    float *output = numbers(out, 0);
    float *output_gradient = numbers(out, 20);
    float *inputs[LAYER_INPUTS_MAX], *nothing[LAYER_INPUTS_MAX];
    float *no_output = numbers(out, 0);
    void *prepared = zeros(node->prepared);
    struct layer_pass pass = {
        .images = IMAGES,
        .batch = IMAGES,
        .training = true,
        .noise = 5,
        .parameters = graph->parameters.values,
        .buffers = graph->parameters.values + graph->parameters.trained,
        .output = output,
        .output_gradient = output_gradient,
        .saved = zeros(IMAGES * node->saved),
        .scratch = zeros(node->scratch),
        .prepared = prepared,
        .block_sums = sums,
        .forward_totals = sums,
    };
    for (int i = 0; i < node->input_count; i++) {
        size_t count = IMAGES * graph->values[node->inputs[i]].elements;
        inputs[i] = numbers(count, 10 + (unsigned)i);
        nothing[i] = numbers(count, 0);
        pass.inputs[i] = inputs[i];
    }
    if (node->kind->prepare) {
        node->kind->prepare(node->state, pass.parameters, prepared);
    }
    if (node->kind->forward_sums) {
        node->kind->forward_sums(node->state, &pass);
    }
    node->kind->forward(node->state, &pass);
    struct gradients expected = go_back(graph, node, pass);
    for (int i = 0; i < node->input_count && node->kind->forgets_inputs; i++) {
        pass.inputs[i] = nothing[i];
    }
    pass.output = node->kind->forgets_output ? no_output : output;
    struct gradients found = go_back(graph, node, pass);
    check_same(graph, node, &expected, &found);
    gradients_free(&expected);
    gradients_free(&found);
    for (int i = 0; i < node->input_count; i++) {
        free(inputs[i]);
        free(nothing[i]);
    }
    free(output);
    free(no_output);
    free(output_gradient);
    free(prepared);
    free(pass.saved);
    free(pass.scratch);
    free(sums);
    return node->kind->forgets_inputs + node->kind->forgets_output;
}

static void test_forgets(void **state)
{
    (void)state;
    int forgotten = 0;
    for (int i = 0; i < NETS; i++) {
        struct error err = ERROR_INIT;
        struct graph *graph = make_graph(nets[i]);
        struct graph *fused;
        assert_int_equal(graph_fuse(&fused, graph, true, &err), 0);
        for (int n = 0; n < graph->node_count; n++) {
            forgotten += check_node(graph, &graph->nodes[n]);
        }
        for (int n = 0; n < fused->node_count; n++) {
            forgotten += check_node(fused, &fused->nodes[n]);
        }
        graph_fuse_close(&fused);
        graph_close(&graph);
    }
    assert_true(forgotten > 60); // or the test says nothing
}

// ---- who lies where ----

// Who wrote each float of a slot last: 1 + a value's number, or the same below zero
// for its gradient.
struct memory {
    const struct workspace *w;
    int *owner;
};

static void own(const struct memory *m, size_t at, int value, bool gradient)
{
    size_t count = IMAGES * m->w->graph->values[value].elements;
    for (size_t i = 0; i < count; i++) {
        m->owner[at / sizeof(float) + i] = gradient ? -1 - value : 1 + value;
    }
}

static void check_owner(const struct memory *m, size_t at, int value, bool gradient)
{
    size_t count = IMAGES * m->w->graph->values[value].elements;
    for (size_t i = 0; i < count; i++) {
        assert_int_equal(m->owner[at / sizeof(float) + i], gradient ? -1 - value : 1 + value);
    }
}

// The program of a block, on owners in place of numbers: what is read is still there.
static void check_places(const struct workspace *w)
{
    const struct graph *graph = w->graph;
    struct memory m = {w, zeros(w->slot_bytes / sizeof(float) * sizeof(int))};
    int last = graph->value_count - 1;
    own(&m, w->values[0].at, 0, false);
    for (int n = 0; n < graph->node_count; n++) {
        const struct node *node = &graph->nodes[n];
        own(&m, w->values[node->output].at, node->output, false);
        for (int i = 0; i < node->input_count; i++) {
            check_owner(&m, w->values[node->inputs[i]].at, node->inputs[i], false);
        }
    }
    own(&m, w->values[last].gradient_at, last, true);
    check_owner(&m, w->values[last].at, last, false);
    for (int n = graph->node_count - 1; n >= 0; n--) {
        const struct node *node = &graph->nodes[n];
        if (!graph->values[node->output].needs_gradient) {
            continue;
        }
        for (int i = 0; i < node->input_count; i++) {
            int v = node->inputs[i];
            if (graph->values[v].needs_gradient && !w->nodes[n].spare[i]) {
                own(&m, w->values[v].gradient_at, v, true);
            }
        }
        check_owner(&m, w->values[node->output].gradient_at, node->output, true);
        if (!node->kind->forgets_output) {
            check_owner(&m, w->values[node->output].at, node->output, false);
        }
        for (int i = 0; i < node->input_count; i++) {
            int v = node->inputs[i];
            if (!node->kind->forgets_inputs) {
                check_owner(&m, w->values[v].at, v, false);
            }
            if (graph->values[v].needs_gradient) {
                check_owner(&m, w->values[v].gradient_at, v, true);
            }
        }
    }
    free(m.owner);
}

static void test_places(void **state)
{
    (void)state;
    static const struct workspace_size size = {
        .block_images = IMAGES, .blocks = 1, .threads = 1, .training = true};
    for (int i = 0; i < 2 * NETS; i++) {
        struct error err = ERROR_INIT;
        struct workspace w;
        struct graph *graph = make_graph(nets[i / 2]);
        struct graph *fused;
        assert_int_equal(graph_fuse(&fused, graph, true, &err), 0);
        const struct graph *used = i % 2 ? fused : graph;
        assert_int_equal(workspace_open(&w, used, &size, "a test", &err), 0);
        check_places(&w);
        // Each apart would need both; so much is left where all else fits in between.
        size_t apart = 0;
        for (int v = 0; v < used->value_count; v++) {
            apart += 2 * IMAGES * used->values[v].elements * sizeof(float);
        }
        for (int n = 0; n < used->node_count; n++) {
            apart += IMAGES * used->nodes[n].saved;
        }
        assert_true(w.slot_bytes < apart * 3 / 4);
        workspace_close(&w);
        graph_fuse_close(&fused);
        graph_close(&graph);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_forgets),
        cmocka_unit_test(test_places),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
