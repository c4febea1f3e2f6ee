// Fused graphs compute what plain ones do, and are fused where they should be.

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>

#include <cmocka.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "core/nn/fused/fuse.h"
#include "core/nn/fused/layer_blocks.h"
#include "core/nn/fused/layer_conv_depth.h"
#include "core/nn/graph/init.h"
#include "core/nn/kernels/kernel_set.h"
#include "core/nn/run/executor.h"
#include "formats/net_text.h"
#include "tests/unit/nn_fixture.h"
#include "tests/unit/nn_margin.h"

enum { CLASSES = 5, IMAGES = 7 };

// Ways to compute a layer differ by rounding: by a few millionths of its size. At
// inputs whose margin (nn_margin.h) is larger than this, that decides nothing.
static const double MARGIN = 2e-5;

static struct graph *make_graph(const char *text, struct shape input)
{
    struct error err = ERROR_INIT;
    struct graph *graph;
    struct net_spec *spec;
    assert_int_equal(net_text_parse(&spec, text, "test.net", &err), 0);
    assert_int_equal(graph_open(&graph, "test.net", input, CLASSES, &err), 0);
    assert_int_equal(graph_add_spec(graph, spec, &err), 0);
    assert_int_equal(graph_finish(graph, &err), 0);
    init_parameters(graph, 4);
    for (int i = 0; i < graph->parameters.count; i++) {
        const struct parameter *p = &graph->parameters.table[i];
        for (size_t k = 0; p->buffer && k < p->size; k++) {
            double r = fixture_uniform(43, k);
            graph->parameters.values[p->offset + k] = (float)(strstr(p->name, "var") ? 2 + r : r);
        }
    }
    net_spec_free(&spec);
    return graph;
}

static struct graph *make_fused(const struct graph *graph, bool training)
{
    struct error err = ERROR_INIT;
    struct graph *fused;
    assert_int_equal(graph_fuse(&fused, graph, training, &err), 0);
    return fused;
}

// ---- one run ----

struct result {
    unsigned stream; // of the input
    size_t input_size;
    float outputs[IMAGES * CLASSES];
    float *gradient;
};

static void load(void *context, int first, int images, real *input)
{
    const struct result *result = context;
    for (size_t i = 0; i < (size_t)images * result->input_size; i++) {
        input[i] = (real)fixture_uniform(result->stream, (uint64_t)first * result->input_size + i);
    }
}

static void head(void *context, int first, int images, const real *output, real *gradient)
{
    struct result *result = context;
    size_t count = (size_t)images * CLASSES;
    size_t at = (size_t)first * CLASSES;
    memcpy(result->outputs + at, output, count * sizeof *output);
    for (size_t i = 0; gradient && i < count; i++) {
        gradient[i] = (real)fixture_uniform(42, at + i);
    }
}

// gradient stays NULL in evaluation.
static struct result run_as(const struct graph *graph, bool training, bool plain,
                            int thread_count, unsigned stream)
{
    struct error err = ERROR_INIT;
    struct threads *threads;
    struct executor *executor;
    struct executor_options options = {.images = IMAGES, .training = training, .plain = plain};
    struct result result = {.stream = stream, .input_size = graph->values[0].elements};
    struct executor_work work = {.images = IMAGES, .load = load, .head = head,
                                 .context = &result};
    assert_int_equal(threads_open(&threads, thread_count, &err), 0);
    assert_int_equal(executor_open(&executor, graph, &options, threads, &err), 0);
    for (int i = 0; i < 2; i++) { // the second time from used memory
        if (training) {
            assert_true(executor_train(executor, &work));
        } else {
            executor_forward(executor, &work);
        }
    }
    if (training) {
        size_t bytes = graph->parameters.trained * sizeof(float);
        result.gradient = malloc(bytes);
        assert_non_null(result.gradient);
        memcpy(result.gradient, executor_gradient(executor), bytes);
    }
    executor_close(&executor);
    threads_close(&threads);
    return result;
}

static struct result run(const struct graph *graph, bool plain, int thread_count,
                         unsigned stream)
{
    return run_as(graph, true, plain, thread_count, stream);
}

static double length(const float *x, size_t count)
{
    double sum = 0;
    for (size_t i = 0; i < count; i++) {
        sum += (double)x[i] * (double)x[i];
    }
    return sqrt(sum);
}

static double difference(const float *x, const float *expected, size_t count)
{
    double error = 0;
    double norm = 0;
    for (size_t i = 0; i < count; i++) {
        double d = (double)x[i] - (double)expected[i];
        error += d * d;
        norm += (double)expected[i] * (double)expected[i];
    }
    assert_true(norm > 0);
    return sqrt(error / norm);
}

static void compare(const struct graph *graph, unsigned stream, const char *text)
{
    struct result fused = run(graph, false, 2, stream);
    struct result plain = run(graph, true, 1, stream);
    double error = difference(fused.outputs, plain.outputs, IMAGES * CLASSES);
    if (!(error < 5e-6)) {
        fail_msg("%s: outputs differ by %.2g", text, error);
    }
    for (int i = 0; i < graph->parameters.count; i++) {
        const struct parameter *p = &graph->parameters.table[i];
        if (p->buffer) {
            continue;
        }
        if (length(plain.gradient + p->offset, p->size) < 1e-4) {
            // A bias that a norm takes away again: its gradient is rounding.
            assert_true(length(fused.gradient + p->offset, p->size) < 1e-4);
            continue;
        }
        error = difference(fused.gradient + p->offset, plain.gradient + p->offset, p->size);
        if (!(error < 1e-5)) {
            fail_msg("%s: input %u: the gradient of %s differs by %.2g", text, stream, p->name,
                     error);
        }
    }
    free(fused.gradient);
    free(plain.gradient);
    fused = run_as(graph, false, false, 2, stream);
    plain = run_as(graph, false, true, 1, stream);
    error = difference(fused.outputs, plain.outputs, IMAGES * CLASSES);
    if (!(error < 5e-6)) {
        fail_msg("%s: outputs in evaluation differ by %.2g", text, error);
    }
}

// The first `count` inputs at which rounding decides nothing.
static void find_inputs(unsigned streams[], int count, const struct graph *graph)
{
    struct result result = {.input_size = graph->values[0].elements};
    float *input = malloc(IMAGES * result.input_size * sizeof *input);
    assert_non_null(input);
    int found = 0;
    for (unsigned stream = 41; found < count; stream++) {
        assert_true(stream < 241); // most nets find one in three
        result.stream = stream;
        load(&result, 0, IMAGES, input);
        if (nn_margin(graph, input, IMAGES) > MARGIN) {
            streams[found++] = stream;
        }
    }
    free(input);
}

static int count_kind(const struct graph *graph, const struct layer_kind *kind)
{
    int count = 0;
    for (int n = 0; n < graph->node_count; n++) {
        count += graph->nodes[n].kind == kind;
    }
    return count;
}

// ---- tests ----

static const struct {
    const char *text;
    struct shape input;
    int fused; // nodes that conv, relu and maxpool become
    int dense; // other convs that compute in blocks
    int relus; // that remain
    int evaluation; // nodes that remain in evaluation
} nets[] = {
    {"conv 7x7x8\nrelu\nmaxpool 2\nconv 7x7x16\nrelu\nmaxpool 2\nflatten\nrelu\nlinear",
     {3, 40, 43, false}, 2, 0, 0, 4},
    {"conv 3x3x6 padding=1\nmaxpool 2\nrelu\nconv 5x5x12 padding=2\nrelu\nmaxpool 2\n"
     "conv 3x3x20 padding=1\nrelu\nflatten\nlinear", {3, 26, 21, false}, 2, 1, 1, 5},
    // From and to planes of another layer, which wants a gradient.
    {"conv 1x1x5\nconv 3x3x16\nrelu\nmaxpool 2\nconv 1x1x8\nflatten\nlinear",
     {3, 17, 18, false}, 1, 2, 0, 5},
    {"conv 5x5x8 bias=off padding=1\nrelu\nmaxpool 2\nflatten\nlinear", {9, 12, 13, false}, 1, 0,
     0, 3},
    {"conv 2x6x7\nrelu\nmaxpool 2\nconv 3x2x7\nrelu\nmaxpool 2\nflatten\nlinear",
     {1, 19, 30, false}, 2, 0, 0, 4},
    // Three in a row, and values that are not read to their end.
    {"conv 3x3x8\nrelu\nmaxpool 2\nconv 4x4x8 padding=2x0\nmaxpool 2\nrelu\nconv 3x3x8\nrelu\n"
     "maxpool 2\nrelu\nflatten\nrelu\nlinear", {4, 41, 42, false}, 3, 0, 0, 5},
    // No path for all three, or not worth one.
    {"conv 3x3x8 stride=2\nrelu\nmaxpool 2\nflatten\nlinear", {3, 17, 17, false}, 0, 1, 1, 4},
    {"conv 3x3x8 dilation=2\nrelu\nmaxpool 2\nflatten\nlinear", {3, 17, 17, false}, 0, 1, 1, 4},
    {"conv 3x3x6 groups=3\nrelu\nmaxpool 2\nflatten\nlinear", {3, 17, 17, false}, 0, 0, 1, 5},
    {"conv 3x3x8\nrelu\nmaxpool 3\nflatten\nlinear", {3, 17, 17, false}, 0, 1, 1, 4},
    {"conv 3x3x8\nrelu\nmaxpool 2 stride=1\nflatten\nlinear", {3, 17, 17, false}, 0, 1, 1, 4},
    {"conv 3x3x8\nrelu\nmaxpool 2 padding=1\nflatten\nlinear", {3, 17, 17, false}, 0, 1, 1, 4},
    {"conv 3x9x8\nrelu\nmaxpool 2\nflatten\nlinear", {3, 17, 17, false}, 0, 1, 1, 4},
    {"conv 3x3x1\nrelu\nmaxpool 2\nflatten\nlinear", {3, 17, 17, false}, 0, 0, 1, 5},
    {"conv 3x3x8 stride=5\nrelu\nflatten\nlinear", {3, 17, 17, false}, 0, 0, 1, 4},
    {"conv 3x3x8\nmaxpool 2\nflatten\nlinear", {3, 17, 17, false}, 0, 1, 0, 4},
    {"conv 3x3x8\nrelu\nflatten\nrelu\nlinear 7\nrelu\nrelu\nlinear", {3, 9, 9, false}, 0, 1, 2,
     5},
    // Norms, and everything between convs that can be in blocks.
    {"conv 3x3x16 stride=2 padding=1 bias=off\nbatchnorm\nrelu\nconv 3x3x16 padding=1\n"
     "batchnorm affine=off\nmaxpool 3x2 stride=2x1 padding=1\navgpool 2 padding=1\n"
     "conv 1x1x24 stride=2\nelu\nglobalavgpool\nflatten\nlinear", {3, 25, 22, false}, 0, 3, 0, 9},
    // The same in planes, as seven channels are no blocks.
    {"conv 3x3x7 stride=2 padding=1 bias=off\nbatchnorm\nrelu\nconv 3x3x7 padding=1\n"
     "batchnorm\nmaxpool 3\nflatten\nlinear", {3, 25, 22, false}, 0, 2, 1, 5},
    // Residual blocks: a sum takes in its relu, and in evaluation conv takes in all.
    {"conv 3x3x8 padding=1\nrelu\nmaxpool 2\nresidual relu {\nconv 3x3x8 padding=1\nbatchnorm\n"
     "relu\nconv 3x3x8 padding=1\nbatchnorm\n}\nresidual relu {\nconv 3x3x16 stride=2 padding=1\n"
     "shortcut {\nconv 1x1x16 stride=2\n}\n}\nflatten\nlinear", {3, 20, 24, false}, 1, 4, 0, 7},
    {"conv 3x3x12 padding=1\nresidual relu {\nconv 3x3x12 padding=1\n}\nflatten\nlinear",
     {3, 11, 12, false}, 0, 2, 0, 4},
    {"conv 3x3x8\nconcat {\nbranch {\nconv 1x1x8\nbatchnorm\n}\nbranch {\nconv 3x3x16 padding=1\n"
     "}\n}\nconv 2x2x8\ndropout2d 0\nconv 2x2x8\nlayernorm\nflatten\nlinear", {3, 12, 13, false},
     0, 5, 0, 10},
    // Depthwise convolutions: in blocks, and between planes.
    {"conv 3x3x16 padding=1\nconv 3x3x16 padding=1 groups=16 bias=off\nbatchnorm\nrelu\n"
     "conv 1x1x8\nconv 5x3x8 stride=2x1 groups=8\nflatten\nlinear", {3, 13, 14, false}, 0, 2, 0,
     7},
    {"conv 3x3x6 stride=2 padding=1 groups=6\nrelu\nconv 2x4x6 dilation=2 groups=6\nflatten\n"
     "linear", {6, 17, 18, false}, 0, 0, 1, 5},
};

enum { NETS = sizeof nets / sizeof nets[0] };

static void test_same_as_plain(void **state)
{
    (void)state;
    enum { INPUTS = 3 };
    for (int i = 0; i < NETS; i++) {
        struct error err = ERROR_INIT;
        unsigned streams[INPUTS];
        struct graph *graph = make_graph(nets[i].text, nets[i].input);
        find_inputs(streams, INPUTS, graph);
        for (const struct kernel_set *const *set = kernel_sets(); *set; set++) {
            assert_int_equal(kernel_set_choose((*set)->name, &err), 0);
            for (int k = 0; k < INPUTS; k++) {
                compare(graph, streams[k], nets[i].text);
            }
        }
        assert_int_equal(kernel_set_choose("auto", &err), 0);
        graph_close(&graph);
    }
}

static void test_what_is_fused(void **state)
{
    (void)state;
    for (int i = 0; i < NETS; i++) {
        struct graph *plain = make_graph(nets[i].text, nets[i].input);
        struct graph *graph = make_fused(plain, true);
        int fused = count_kind(graph, &layer_conv_pool);
        int dense = count_kind(graph, &layer_conv_dense);
        int relus = count_kind(graph, &layer_relu);
        if (fused != nets[i].fused || dense != nets[i].dense || relus != nets[i].relus) {
            fail_msg("%s: %d fused nodes, %d dense ones and %d relus, not %d, %d and %d",
                     nets[i].text, fused, dense, relus, nets[i].fused, nets[i].dense,
                     nets[i].relus);
        }
        assert_int_equal(graph->value_count, graph->node_count + 1);
        graph_fuse_close(&graph);
        graph = make_fused(plain, false);
        if (graph->node_count != nets[i].evaluation) {
            fail_msg("%s: %d nodes in evaluation, not %d", nets[i].text, graph->node_count,
                     nets[i].evaluation);
        }
        graph_fuse_close(&graph);
        graph_close(&plain);
    }
}

// One training step brings running means and variances to where the plain
// graph brings them.
static void test_running_means(void **state)
{
    (void)state;
    float *after[2];
    size_t buffers = 0;
    for (int plain = 0; plain < 2; plain++) {
        struct error err = ERROR_INIT;
        struct graph *graph = make_graph("conv 3x3x16\nbatchnorm\nrelu\nflatten\nlinear",
                                         shape_planes(3, 9, 9));
        struct threads *threads;
        struct executor *executor;
        struct executor_options options = {.images = IMAGES, .training = true, .plain = plain};
        struct result result = {.stream = 44, .input_size = graph->values[0].elements};
        struct executor_work work = {.images = IMAGES, .load = load, .head = head,
                                     .context = &result};
        assert_int_equal(threads_open(&threads, 2, &err), 0);
        assert_int_equal(executor_open(&executor, graph, &options, threads, &err), 0);
        assert_true(executor_train(executor, &work));
        executor_finish_step(executor);
        const struct parameters *p = &graph->parameters;
        buffers = p->total - p->trained;
        assert_int_equal(buffers, 16 + 16 + 1);
        after[plain] = malloc(buffers * sizeof(float));
        assert_non_null(after[plain]);
        memcpy(after[plain], p->values + p->trained, buffers * sizeof(float));
        executor_close(&executor);
        threads_close(&threads);
        graph_close(&graph);
    }
    assert_true(difference(after[0], after[1], 16) < 1e-6);
    assert_true(difference(after[0] + 16, after[1] + 16, 16) < 1e-6);
    assert_true(after[0][0] != (float)fixture_uniform(43, 0)); // it did move
    assert_true(after[0][32] == after[1][32]);
    free(after[0]);
    free(after[1]);
}

// The second layer reads 28 of the first one's 29 rows and columns.
static void test_only_what_is_read(void **state)
{
    (void)state;
    struct graph *plain = make_graph(nets[0].text, shape_planes(3, 64, 64));
    struct graph *graph = make_fused(plain, true);
    assert_int_equal(graph->node_count, 4);
    assert_string_equal(graph->nodes[0].label, "line 1: conv, line 2: relu, line 3: maxpool");
    assert_int_equal(graph->nodes[0].inputs[0], 0);
    assert_int_equal(graph->values[1].elements, 8 * 28 * 28);
    assert_int_equal(graph->values[2].elements, 16 * 11 * 11);
    assert_int_equal(graph->values[2].shape.height, 11);
    assert_true(graph->nodes[1].multiply_adds == 23.0 * 23 * 16 * 8 * 49);
    static const int origin[] = {0, 3, 6, 8};
    for (int n = 0; n < 4; n++) {
        assert_int_equal(graph->nodes[n].origin, origin[n]);
    }
    assert_int_equal(plain->node_count, 9); // is as it was
    assert_int_equal(plain->values[3].elements, 8 * 29 * 29);
    graph_fuse_close(&graph);
    graph_close(&plain);
}

// In training a norm takes in its relu, a sum does, and nothing between the
// convs leaves the blocks; in evaluation conv takes in all that follows.
static void test_residual(void **state)
{
    (void)state;
    struct graph *plain = make_graph(
        "conv 3x3x8 padding=1\nbatchnorm\nrelu\nresidual relu {\nconv 3x3x8 padding=1\nbatchnorm\n"
        "}\nmaxpool 3\nflatten\nlinear", shape_planes(3, 12, 12));
    struct graph *graph = make_fused(plain, true);
    static const struct layer_kind *const training[] = {
        &layer_conv_dense, &layer_batchnorm_blocks, &layer_conv_dense, &layer_batchnorm_blocks,
        &layer_sum_relu, &layer_maxpool_blocks, &layer_flatten_blocks, &layer_linear,
    };
    assert_int_equal(graph->node_count, 8);
    for (int n = 0; n < 8; n++) {
        assert_ptr_equal(graph->nodes[n].kind, training[n]);
    }
    assert_string_equal(graph->nodes[1].label, "line 2: batchnorm, line 3: relu");
    assert_int_equal(graph->nodes[1].forward_sums, 16);
    assert_int_equal(graph->nodes[4].input_count, 2);
    graph_fuse_close(&graph);
    graph = make_fused(plain, false);
    static const struct layer_kind *const evaluation[] = {
        &layer_conv_dense, &layer_conv_dense, &layer_maxpool_blocks, &layer_flatten_blocks,
        &layer_linear,
    };
    assert_int_equal(graph->node_count, 5);
    for (int n = 0; n < 5; n++) {
        assert_ptr_equal(graph->nodes[n].kind, evaluation[n]);
    }
    assert_int_equal(graph->nodes[1].input_count, 2);
    assert_int_equal(graph->nodes[1].inputs[0], 1);
    assert_int_equal(graph->nodes[1].inputs[1], 1);
    assert_int_equal(graph->nodes[1].origin, 3);
    graph_fuse_close(&graph);
    graph_close(&plain);
}

// What is depthwise, and has channels enough for a block.
static void test_depthwise(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        int count;
    } cases[] = {
        {"conv 3x3x8 groups=8\nflatten\nlinear", 1},
        {"conv 3x3x8 groups=8 stride=7\nflatten\nlinear", 1},
        {"conv 3x3x16 groups=8\nflatten\nlinear", 0},
        {"conv 3x3x8 groups=4\nflatten\nlinear", 0},
        {"conv 3x3x3\nconv 3x3x3 groups=3\nflatten\nlinear", 0},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct graph *plain = make_graph(cases[i].text, shape_planes(8, 12, 12));
        struct graph *graph = make_fused(plain, true);
        assert_int_equal(count_kind(graph, &layer_conv_depth), cases[i].count);
        graph_fuse_close(&graph);
        graph_close(&plain);
    }
}

// A value that somebody else reads, too, has to be there as it is.
static void test_second_reader(void **state)
{
    (void)state;
    static const char *const words[] = {"conv 3x3x8", "relu", "maxpool 2"};
    for (int shared = 0; shared < 3; shared++) {
        struct error err = ERROR_INIT;
        struct graph *graph;
        int value = 0;
        int seen = 0;
        assert_int_equal(graph_open(&graph, "test.net", shape_planes(3, 12, 12), CLASSES, &err),
                         0);
        for (int i = 0; i < 3; i++) {
            struct net_spec *spec = fixture_spec(words[i]);
            assert_int_equal(graph_add(&value, graph, layer_kind_find(spec->lines[0].word),
                                       spec->lines, "x.", &value, 1, &err), 0);
            fixture_spec_free(&spec);
            seen = i == shared ? value : seen;
        }
        struct net_spec *spec = fixture_spec("flatten");
        int other;
        assert_int_equal(graph_add(&other, graph, &layer_flatten, spec->lines, "y.", &seen, 1,
                                   &err), 0);
        assert_int_equal(graph_add(&value, graph, &layer_flatten, spec->lines, "z.", &value, 1,
                                   &err), 0);
        fixture_spec_free(&spec);
        struct graph *fused = make_fused(graph, true);
        // What pooling writes may well have two readers.
        assert_int_equal(count_kind(fused, &layer_conv_pool), shared == 2);
        graph_fuse_close(&fused);
        graph_close(&graph);
    }
}

static void test_threads_change_nothing(void **state)
{
    (void)state;
    static const int some[] = {0, 17, 19, 22}; // pooling, norms, residual blocks, depthwise
    for (size_t i = 0; i < sizeof some / sizeof some[0]; i++) {
        struct graph *graph = make_graph(nets[some[i]].text, nets[some[i]].input);
        struct result one = run(graph, false, 1, 41);
        for (int threads = 2; threads <= 5; threads++) {
            struct result many = run(graph, false, threads, 41);
            assert_memory_equal(many.outputs, one.outputs, sizeof one.outputs);
            assert_memory_equal(many.gradient, one.gradient,
                                graph->parameters.trained * sizeof(float));
            free(many.gradient);
        }
        free(one.gradient);
        graph_close(&graph);
    }
}

static void test_not_finite_is_found(void **state)
{
    (void)state;
    struct error err = ERROR_INIT;
    struct graph *graph = make_graph(nets[0].text, nets[0].input);
    struct threads *threads;
    struct executor *executor;
    struct executor_options options = {.images = IMAGES, .training = true};
    struct result result = {.stream = 41, .input_size = graph->values[0].elements};
    struct executor_work work = {.images = IMAGES, .load = load, .head = head,
                                 .context = &result};
    assert_int_equal(threads_open(&threads, 1, &err), 0);
    assert_int_equal(executor_open(&executor, graph, &options, threads, &err), 0);
    const struct parameter *p = parameters_find(&graph->parameters, "3.weight");
    assert_non_null(p);
    graph->parameters.values[p->offset + 100] = NAN;
    executor_train(executor, &work);
    assert_true(isnan(result.outputs[0]));
    assert_int_equal(executor_find_not_finite(executor, &work), 3); // of the plain graph
    executor_close(&executor);
    threads_close(&threads);
    graph_close(&graph);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_same_as_plain),
        cmocka_unit_test(test_what_is_fused),
        cmocka_unit_test(test_running_means),
        cmocka_unit_test(test_only_what_is_read),
        cmocka_unit_test(test_residual),
        cmocka_unit_test(test_depthwise),
        cmocka_unit_test(test_second_reader),
        cmocka_unit_test(test_threads_change_nothing),
        cmocka_unit_test(test_not_finite_is_found),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
