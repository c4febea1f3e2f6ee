// The executor on graphs that text cannot describe yet: values with several
// readers, and a layer that needs sums over the batch before it can go on.

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>

#include <cmocka.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "core/nn/run/executor.h"
#include "tests/unit/nn_fixture.h"

#ifndef NN_DOUBLE
#error "central differences need the double build"
#endif

enum { CLASSES = 3, CHANNELS = 2, SIDE = 5, INPUT = CHANNELS * SIDE * SIDE };

struct shape_state {
    size_t channels;
    size_t plane; // elements
};

static int build_same(void **ret, struct layer_build *build, struct error *err)
{
    struct shape_state *state = malloc(sizeof *state);
    if (!state) {
        return error_nomem(err, "a test");
    }
    build->output = build->inputs[0];
    state->channels = (size_t)build->output.channels;
    state->plane = shape_elements(build->output) / state->channels;
    *ret = state;
    return 0;
}

// ---- centre: subtract each channel's mean over the batch ----

static int build_centre(void **ret, struct layer_build *build, struct error *err)
{
    int code = build_same(ret, build, err);
    build->forward_sums = build->inputs[0].channels;
    build->backward_sums = build->inputs[0].channels;
    return code;
}

static void sum_channels(const struct shape_state *s, const struct layer_pass *pass,
                         const real *x)
{
    for (size_t c = 0; c < s->channels; c++) {
        pass->block_sums[c] = 0;
        for (size_t i = 0; i < (size_t)pass->images; i++) {
            for (size_t k = 0; k < s->plane; k++) {
                pass->block_sums[c] += x[(i * s->channels + c) * s->plane + k];
            }
        }
    }
}

static void subtract_means(const struct shape_state *s, const struct layer_pass *pass, real *to,
                           const real *from, const double *totals)
{
    for (size_t i = 0; i < (size_t)pass->images * s->channels * s->plane; i++) {
        to[i] = from[i] - totals[i / s->plane % s->channels] / (pass->batch * (double)s->plane);
    }
}

static void centre_forward_sums(const void *state, const struct layer_pass *pass)
{
    sum_channels(state, pass, pass->inputs[0]);
}

static void centre_forward(const void *state, const struct layer_pass *pass)
{
    subtract_means(state, pass, pass->output, pass->inputs[0], pass->forward_totals);
}

static void centre_backward_sums(const void *state, const struct layer_pass *pass)
{
    sum_channels(state, pass, pass->output_gradient);
}

static void centre_backward(const void *state, const struct layer_pass *pass)
{
    subtract_means(state, pass, pass->input_gradients[0], pass->output_gradient,
                   pass->backward_totals);
}

static const struct layer_kind centre = {
    .word = "centre",
    .build = build_centre,
    .forward = centre_forward,
    .backward = centre_backward,
    .forward_sums = centre_forward_sums,
    .backward_sums = centre_backward_sums,
};

// ---- square, and the sum of two values ----

static size_t elements(const struct shape_state *s, const struct layer_pass *pass)
{
    return (size_t)pass->images * s->channels * s->plane;
}

static void square_forward(const void *state, const struct layer_pass *pass)
{
    for (size_t i = 0; i < elements(state, pass); i++) {
        pass->output[i] = pass->inputs[0][i] * pass->inputs[0][i];
    }
}

static void square_backward(const void *state, const struct layer_pass *pass)
{
    for (size_t i = 0; i < elements(state, pass); i++) {
        pass->input_gradients[0][i] = 2 * pass->inputs[0][i] * pass->output_gradient[i];
    }
}

static void plus_forward(const void *state, const struct layer_pass *pass)
{
    for (size_t i = 0; i < elements(state, pass); i++) {
        pass->output[i] = pass->inputs[0][i] + 3 * pass->inputs[1][i];
    }
}

static void plus_backward(const void *state, const struct layer_pass *pass)
{
    for (size_t i = 0; i < elements(state, pass); i++) {
        if (pass->input_gradients[0]) {
            pass->input_gradients[0][i] = pass->output_gradient[i];
        }
        if (pass->input_gradients[1]) {
            pass->input_gradients[1][i] = 3 * pass->output_gradient[i];
        }
    }
}

static const struct layer_kind square = {
    .word = "square",
    .build = build_same,
    .forward = square_forward,
    .backward = square_backward,
};

static const struct layer_kind plus = {
    .word = "plus",
    .build = build_same,
    .forward = plus_forward,
    .backward = plus_backward,
};

// ---- the graph ----

static int add(struct graph *graph, const struct layer_kind *kind, const char *text,
               const char *prefix, int a, int b)
{
    struct net_spec *spec = fixture_spec(text);
    struct error err = ERROR_INIT;
    int inputs[] = {a, b};
    int value = -1;
    if (graph_add(&value, graph, kind, spec->lines, prefix, inputs, b < 0 ? 1 : 2, &err)) {
        fail_msg("%s", err.text);
    }
    fixture_spec_free(&spec);
    return value;
}

// conv -> a; d = centre(square(a)) + 3 a; e = d + 3 d; f = e + 3 input; linear
static struct graph *make_graph(bool with_barrier)
{
    struct graph *graph;
    struct error err = ERROR_INIT;
    assert_int_equal(graph_open(&graph, "graph", shape_planes(CHANNELS, SIDE, SIDE), CLASSES,
                                &err), 0);
    int a = add(graph, &layer_conv, "conv 3x3x2 padding=1", "a.", 0, -1);
    int b = add(graph, &square, "square", "", a, -1);
    int c = with_barrier ? add(graph, &centre, "centre", "", b, -1) : b;
    int d = add(graph, &plus, "plus", "", c, a);
    int e = add(graph, &plus, "plus", "", d, d);
    int f = add(graph, &plus, "plus", "", e, 0);
    int g = add(graph, &layer_flatten, "flatten", "", f, -1);
    add(graph, &layer_linear, "linear", "g.", g, -1);
    assert_int_equal(graph_finish(graph, &err), 0);
    for (size_t i = 0; i < graph->parameters.total; i++) {
        graph->parameters.values[i] = fixture_uniform(21, i);
    }
    return graph;
}

struct job {
    double values[64]; // of each image
};

static void load(void *context, int first, int images, real *input)
{
    (void)context;
    for (size_t i = 0; i < (size_t)images * INPUT; i++) {
        input[i] = fixture_uniform(22, (uint64_t)first * INPUT + i);
    }
}

static double weight(int image, int class)
{
    return fixture_uniform(23, (uint64_t)(image * CLASSES + class));
}

static void head(void *context, int first, int images, const real *output, real *gradient)
{
    struct job *job = context;
    for (int i = first; i < first + images; i++) {
        job->values[i] = 0;
        for (int k = 0; k < CLASSES; k++, output++) {
            // w x^3 / 3: the gradient depends on the output
            job->values[i] += weight(i, k) * *output * *output * *output / 3;
            if (gradient) {
                *gradient++ = weight(i, k) * *output * *output;
            }
        }
    }
}

static double value(struct executor *executor, int images)
{
    struct job job;
    struct executor_work work = {images, load, head, &job, 0, 0};
    executor_forward(executor, &work);
    double sum = 0;
    for (int i = 0; i < images; i++) {
        sum += job.values[i];
    }
    return sum;
}

static void check_gradient(bool with_barrier, int images)
{
    static const double h = 1e-6;
    struct error err = ERROR_INIT;
    struct graph *graph = make_graph(with_barrier);
    struct threads *threads;
    struct executor *executor;
    struct executor_options options = {.images = 40, .training = true};
    struct job job;
    struct executor_work work = {images, load, head, &job, 0, 0};
    assert_int_equal(threads_open(&threads, 2, &err), 0);
    assert_int_equal(executor_open(&executor, graph, &options, threads, &err), 0);
    assert_true(executor_train(executor, &work));
    size_t total = graph->parameters.total;
    double *gradient = malloc(total * sizeof *gradient);
    assert_non_null(gradient);
    memcpy(gradient, executor_gradient(executor), total * sizeof *gradient);
    double scale = 0;
    for (size_t i = 0; i < total; i++) {
        scale = fmax(scale, fabs(gradient[i]));
    }
    for (size_t i = 0; i < total; i++) {
        double old = graph->parameters.values[i];
        graph->parameters.values[i] = old + h;
        double up = value(executor, images);
        graph->parameters.values[i] = old - h;
        double down = value(executor, images);
        graph->parameters.values[i] = old;
        double expected = (up - down) / (2 * h);
        if (!(fabs(gradient[i] - expected) <= 1e-6 * scale)) {
            fail_msg("parameter %zu: backward %.12g, central difference %.12g", i, gradient[i],
                     expected);
        }
    }
    free(gradient);
    executor_close(&executor);
    threads_close(&threads);
    graph_close(&graph);
}

static void test_several_readers(void **state)
{
    (void)state;
    check_gradient(false, 7);
    check_gradient(false, 37);
}

static void test_sums_over_the_batch(void **state)
{
    (void)state;
    check_gradient(true, 1);
    check_gradient(true, 37);
    check_gradient(true, 40);
}

static void gradient_with_threads(double *gradient, const struct graph *graph, int count,
                                  int images)
{
    struct error err = ERROR_INIT;
    struct threads *threads;
    struct executor *executor;
    struct executor_options options = {.images = 40, .training = true};
    struct job job;
    struct executor_work work = {images, load, head, &job, 0, 0};
    assert_int_equal(threads_open(&threads, count, &err), 0);
    assert_int_equal(executor_open(&executor, graph, &options, threads, &err), 0);
    for (int repeat = 0; repeat < 3; repeat++) { // later runs start from used memory
        assert_true(executor_train(executor, &work));
    }
    memcpy(gradient, executor_gradient(executor), graph->parameters.total * sizeof *gradient);
    executor_close(&executor);
    threads_close(&threads);
}

static void test_threads_change_nothing(void **state)
{
    (void)state;
    for (int barrier = 0; barrier < 2; barrier++) {
        struct graph *graph = make_graph(barrier);
        size_t bytes = graph->parameters.total * sizeof(double);
        double *one = malloc(bytes);
        double *many = malloc(bytes);
        assert_true(one && many);
        for (int images = 1; images <= 40; images += 13) {
            gradient_with_threads(one, graph, 1, images);
            for (int count = 2; count <= 7; count++) {
                gradient_with_threads(many, graph, count, images);
                assert_memory_equal(one, many, bytes);
            }
        }
        free(one);
        free(many);
        graph_close(&graph);
    }
}

static void test_first_not_finite(void **state)
{
    (void)state;
    struct error err = ERROR_INIT;
    struct graph *graph = make_graph(true);
    struct threads *threads;
    struct executor *executor;
    struct executor_options options = {.images = 20, .training = true};
    struct job job;
    struct executor_work work = {20, load, head, &job, 0, 0};
    assert_int_equal(threads_open(&threads, 2, &err), 0);
    assert_int_equal(executor_open(&executor, graph, &options, threads, &err), 0);
    assert_int_equal(executor_find_not_finite(executor, &work), -1);
    graph->parameters.values[0] = 1e200; // finite, but its square is not
    assert_false(executor_train(executor, &work));
    assert_int_equal(executor_find_not_finite(executor, &work), 1);
    assert_string_equal(graph->nodes[1].label, "line 1: square");
    executor_close(&executor);
    threads_close(&threads);
    graph_close(&graph);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_several_readers),
        cmocka_unit_test(test_sums_over_the_batch),
        cmocka_unit_test(test_threads_change_nothing),
        cmocka_unit_test(test_first_not_finite),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
