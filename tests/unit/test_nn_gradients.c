// Every layer's backward pass against signed central differences, in double.

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>

#include <cmocka.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "core/nn/graph/graph.h"
#include "core/nn/train/evaluate.h"
#include "core/nn/train/trainer.h"
#include "tests/unit/nn_fixture.h"

#ifndef NN_DOUBLE
#error "central differences need the double build"
#endif

enum { CLASSES = 5 };

// One layer on its own, with exactly sized memory, so that a sanitizer sees
// every step too far.
struct probe {
    struct graph *graph;
    struct layer_pass pass;
    size_t in;  // elements of all images
    size_t out;
    double *x;
    double *y;
    double *dy; // also the weights of the scalar that is differentiated
    double *dx;
    double *dp;
};

static void *filled(size_t count, size_t size)
{
    unsigned char *memory = malloc(count * size + 1);
    assert_non_null(memory);
    memset(memory, 0x7e, count * size); // a huge number, should any be used unset
    return memory;
}

static struct probe probe_open(const char *text, struct shape input, int images)
{
    struct probe p = {0};
    struct error err = ERROR_INIT;
    struct net_spec *spec = fixture_spec(text);
    assert_int_equal(graph_open(&p.graph, "probe", input, CLASSES, &err), 0);
    if (graph_add_spec(p.graph, spec, &err) || graph_finish(p.graph, &err)) {
        fail_msg("%s", err.text);
    }
    fixture_spec_free(&spec);
    const struct node *node = &p.graph->nodes[0];
    const struct parameters *parameters = &p.graph->parameters;
    p.in = (size_t)images * p.graph->values[0].elements;
    p.out = (size_t)images * p.graph->values[1].elements;
    p.x = filled(p.in, sizeof *p.x);
    p.y = filled(p.out, sizeof *p.y);
    p.dx = filled(p.in, sizeof *p.dx);
    p.dy = filled(p.out, sizeof *p.dy);
    p.dp = filled(parameters->total, sizeof *p.dp);
    for (size_t i = 0; i < p.out; i++) {
        p.dy[i] = fixture_uniform(11, i);
    }
    for (size_t i = 0; i < parameters->total; i++) {
        parameters->values[i] = fixture_uniform(12, i);
    }
    p.pass = (struct layer_pass){
        .images = images,
        .batch = images,
        .training = true,
        .parameters = parameters->values,
        .inputs = {p.x},
        .output = p.y,
        .output_gradient = p.dy,
        .input_gradients = {p.dx},
        .parameter_gradients = p.dp,
        .saved = filled((size_t)images, node->saved),
        .scratch = filled(1, node->scratch),
    };
    return p;
}

static void probe_close(struct probe *p)
{
    graph_close(&p->graph);
    free(p->x);
    free(p->y);
    free(p->dx);
    free(p->dy);
    free(p->dp);
    free(p->pass.saved);
    free(p->pass.scratch);
}

// The scalar: outputs weighted by dy.
static double probe_value(const struct probe *p)
{
    const struct node *node = &p->graph->nodes[0];
    node->kind->forward(node->state, &p->pass);
    double sum = 0;
    for (size_t i = 0; i < p->out; i++) {
        sum += p->y[i] * p->dy[i];
    }
    return sum;
}

static double largest(const double *x, size_t count)
{
    double most = 0;
    for (size_t i = 0; i < count; i++) {
        most = fabs(x[i]) > most ? fabs(x[i]) : most;
    }
    return most;
}

static void compare(const struct probe *p, const char *what, double *variable,
                    const double *gradient, const double *before, size_t count)
{
    static const double h = 1e-4;
    double scale = 0;
    for (size_t i = 0; i < count; i++) {
        scale = fmax(scale, fabs(gradient[i] - (before ? before[i] : 0)));
    }
    assert_true(count == 0 || (scale > 0 && scale < 1e6));
    for (size_t i = 0; i < count; i++) {
        double old = variable[i];
        variable[i] = old + h;
        double up = probe_value(p);
        variable[i] = old - h;
        double down = probe_value(p);
        variable[i] = old;
        double expected = (up - down) / (2 * h);
        double got = gradient[i] - (before ? before[i] : 0);
        if (!(fabs(got - expected) <= 1e-6 * scale)) {
            fail_msg("%s[%zu]: backward %.12g, central difference %.12g", what, i, got, expected);
        }
    }
}

// Inputs are at least 2e-3 apart and away from zero: no kink within h.
static void fill_apart(double *x, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        x[i] = 0.002 * (double)(i + 1) * (fixture_hash(13, i) & 1 ? 1 : -1);
    }
    for (size_t i = count; i > 1; i--) {
        size_t j = fixture_hash(14, i) % i;
        double swap = x[i - 1];
        x[i - 1] = x[j];
        x[j] = swap;
    }
}

static void check_layer(const char *text, struct shape input, int images)
{
    struct probe p = probe_open(text, input, images);
    const struct node *node = &p.graph->nodes[0];
    size_t total = p.graph->parameters.total;
    fill_apart(p.x, p.in);
    // Parameter gradients are added to what is there; input gradients replace
    // the garbage that is there.
    double *before = filled(total, sizeof *before);
    for (size_t i = 0; i < total; i++) {
        p.dp[i] = before[i] = fixture_uniform(15, i);
    }
    probe_value(&p);
    node->kind->backward(node->state, &p.pass);
    compare(&p, "input", p.x, p.dx, NULL, p.in);
    compare(&p, "parameter", p.graph->parameters.values, p.dp, before, total);
    // Without a wish for input gradients the parameters' are the same.
    double *with = filled(total, sizeof *with);
    memcpy(with, p.dp, total * sizeof *with);
    memcpy(p.dp, before, total * sizeof *before);
    p.pass.input_gradients[0] = NULL;
    probe_value(&p);
    node->kind->backward(node->state, &p.pass);
    assert_memory_equal(with, p.dp, total * sizeof *with);
    free(with);
    free(before);
    probe_close(&p);
}

static void test_conv(void **state)
{
    (void)state;
    check_layer("conv 3x3x4", shape_planes(3, 6, 7), 2);
    check_layer("conv 1x1x2", shape_planes(5, 3, 4), 3);
    check_layer("conv 7x7x3", shape_planes(2, 7, 7), 1);
    check_layer("conv 2x5x3 stride=2", shape_planes(2, 9, 10), 2);
    check_layer("conv 3x2x3 stride=3x1 padding=1", shape_planes(2, 7, 5), 2);
    check_layer("conv 3x3x2 padding=3x0 stride=2", shape_planes(1, 5, 6), 2);
    check_layer("conv 3x3x2 dilation=2", shape_planes(2, 7, 8), 2);
    check_layer("conv 2x3x2 dilation=3x2 padding=2 stride=2x3", shape_planes(2, 8, 9), 1);
    check_layer("conv 3x3x6 groups=3", shape_planes(6, 5, 5), 2);
    check_layer("conv 3x3x4 groups=4 padding=1", shape_planes(4, 4, 4), 2);
    check_layer("conv 3x3x4 bias=off", shape_planes(2, 5, 5), 2);
    check_layer("conv 5x5x1 padding=4", shape_planes(1, 2, 2), 1); // mostly padding
}

static void test_conv_in_strips(void **state)
{
    (void)state;
    // Its matrix is 25 x 50 x 107 elements: more than one strip.
    check_layer("conv 5x5x1 padding=2", shape_planes(1, 50, 107), 1);
}

static void test_relu(void **state)
{
    (void)state;
    check_layer("relu", shape_planes(3, 4, 5), 2);
    check_layer("relu", shape_row(17), 3);
}

static void test_maxpool(void **state)
{
    (void)state;
    check_layer("maxpool 2", shape_planes(3, 6, 4), 2);
    check_layer("maxpool 2", shape_planes(2, 7, 9), 2); // floor mode drops the edge
    check_layer("maxpool 3", shape_planes(2, 6, 7), 1);
    check_layer("maxpool 3 stride=2 padding=1", shape_planes(2, 7, 8), 2); // overlapping
    check_layer("maxpool 2x3 stride=1x2", shape_planes(2, 5, 8), 2);
    check_layer("maxpool 1", shape_planes(1, 3, 3), 1);
}

static void test_linear(void **state)
{
    (void)state;
    check_layer("linear", shape_row(13), 4);
    check_layer("linear 7", shape_row(20), 1);
    check_layer("linear 1 bias=off", shape_row(6), 3);
}

static void test_flatten(void **state)
{
    (void)state;
    check_layer("flatten", shape_planes(3, 4, 2), 2);
}

// ---- the whole net, with the loss, through what the programs call ----

static double whole_loss(struct net *net, const struct fixture_data *f, struct threads *threads)
{
    struct evaluation e;
    struct error err = ERROR_INIT;
    assert_int_equal(net_evaluate(net, &f->data, f->all, threads, NULL, &e, &err), 0);
    return e.loss;
}

static void check_net(const char *text, int height, int width, size_t samples)
{
    static const double h = 1e-6;
    struct net *net = fixture_net(text, (struct net_input){3, height, width, 1}, CLASSES);
    struct fixture_data f = fixture_data_make(samples, 2, height, width, CLASSES);
    struct parameters *all = net_parameters(net);
    struct trainer_options options = trainer_defaults();
    struct trainer *trainer;
    struct threads *threads;
    struct step_result step;
    struct error err = ERROR_INIT;
    fixture_fill_parameters(net);
    double *values = malloc(all->total * sizeof *values);
    assert_non_null(values);
    memcpy(values, all->values, all->total * sizeof *values);
    assert_int_equal(threads_open(&threads, 1, &err), 0);
    assert_int_equal(trainer_open(&trainer, net, &f.data, f.all, &options, threads, &err), 0);
    assert_int_equal(trainer_step(trainer, &step, &err), 0);
    memcpy(all->values, values, all->total * sizeof *values);
    assert_true(fabs(step.loss - whole_loss(net, &f, threads)) < 1e-12);
    for (int k = 0; k < all->count; k++) {
        const struct parameter *parameter = &all->table[k];
        const double *gradient = trainer_gradient(trainer) + parameter->offset;
        double *value = all->values + parameter->offset;
        double scale = largest(gradient, parameter->size);
        assert_true(scale > 1e-6);
        size_t stride = parameter->size / 40 + 1;
        for (size_t i = 0; i < parameter->size; i += stride) {
            double old = value[i];
            value[i] = old + h;
            double up = whole_loss(net, &f, threads);
            value[i] = old - h;
            double down = whole_loss(net, &f, threads);
            value[i] = old;
            double expected = (up - down) / (2 * h);
            if (!(fabs(gradient[i] - expected) <= 1e-6 * scale)) {
                fail_msg("%s[%zu]: backward %.12g, central difference %.12g", parameter->name, i,
                         gradient[i], expected);
            }
        }
    }
    trainer_close(&trainer);
    threads_close(&threads);
    fixture_data_free(&f);
    net_close(&net);
    free(values);
}

static void test_tutorial_net(void **state)
{
    (void)state;
    check_net("conv 7x7x8\nrelu\nmaxpool 2\nconv 7x7x16\nrelu\nmaxpool 2\nflatten\nrelu\nlinear",
              32, 30, 4);
}

static void test_other_net(void **state)
{
    (void)state;
    check_net("conv 3x3x4 stride=2 padding=1 bias=off\nrelu\nconv 3x3x8 groups=2 padding=1\n"
              "maxpool 3 stride=2 padding=1\nflatten\nlinear 12\nrelu\nlinear", 13, 16, 9);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_conv),         cmocka_unit_test(test_conv_in_strips),
        cmocka_unit_test(test_relu),         cmocka_unit_test(test_maxpool),
        cmocka_unit_test(test_linear),       cmocka_unit_test(test_flatten),
        cmocka_unit_test(test_tutorial_net), cmocka_unit_test(test_other_net),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
