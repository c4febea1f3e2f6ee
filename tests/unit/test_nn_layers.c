// Every layer and block on the executor, in double: gradients against signed
// central differences, kinks, threads, and what dropout draws.

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>

#include <cmocka.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "tests/unit/nn_bench.h"
#include "tests/unit/nn_fixture.h"

#ifndef NN_DOUBLE
#error "central differences need the double build"
#endif

enum { CLASSES = 4 };

// Parameters in +-1, running variances 1, inputs apart from each other and
// from zero (by 0.004 at least: no kink or tie within a difference).
static void fill(struct bench *b)
{
    const struct parameters *all = &b->graph->parameters;
    for (size_t i = 0; i < all->trained; i++) {
        all->values[i] = fixture_uniform(31, i);
    }
    for (int k = 0; k < all->count; k++) {
        const struct parameter *p = &all->table[k];
        for (size_t i = 0; p->buffer && i < p->size; i++) {
            all->values[p->offset + i] = strstr(p->name, "running_var") ? 1 : 0;
        }
    }
    real *x = bench_source(b);
    for (size_t i = 0; i < b->in; i++) {
        x[i] = 0.004 * (double)(i + 1) * (fixture_hash(32, i) & 1 ? 1 : -1);
    }
    for (size_t i = b->in; i > 1; i--) {
        size_t j = fixture_hash(33, i) % i;
        real swap = x[i - 1];
        x[i - 1] = x[j];
        x[j] = swap;
    }
    for (size_t i = 0; i < b->out; i++) {
        b->output_gradient[i] = fixture_uniform(34, i);
    }
}

static double scalar(struct bench *b)
{
    bench_run(b);
    double sum = 0;
    for (size_t i = 0; i < b->out; i++) {
        sum += b->output[i] * b->output_gradient[i];
    }
    return sum;
}

static void check_tensor(struct bench *b, const char *text, const struct parameter *p)
{
    static const double h = 2e-5;
    double *gradient = malloc(p->size * sizeof *gradient);
    double *value = b->graph->parameters.values + p->offset;
    assert_non_null(gradient);
    bench_run(b);
    memcpy(gradient, bench_gradient(b) + p->offset, p->size * sizeof *gradient);
    double scale = 0;
    for (size_t i = 0; i < p->size; i++) {
        scale = fmax(scale, fabs(gradient[i]));
    }
    assert_true(scale > 1e-6);
    for (size_t i = 0; i < p->size; i++) {
        double old = value[i];
        value[i] = old + h;
        double up = scalar(b);
        value[i] = old - h;
        double down = scalar(b);
        value[i] = old;
        double expected = (up - down) / (2 * h);
        if (!(fabs(gradient[i] - expected) <= 1e-6 * scale)) {
            fail_msg("%s: %s[%zu]: backward %.12g, central difference %.12g", text, p->name, i,
                     gradient[i], expected);
        }
    }
    free(gradient);
}

static void check(const char *text, struct shape input, int images)
{
    struct bench b = bench_open(text, input, images, CLASSES, 1, true);
    const struct parameters *all = &b.graph->parameters;
    int tensors = 0;
    fill(&b);
    for (int k = 0; k < all->count; k++) {
        if (!all->table[k].buffer) {
            check_tensor(&b, text, &all->table[k]);
            tensors++;
        }
    }
    assert_true(tensors >= 1);
    bench_close(&b);
}

static void test_pools(void **state)
{
    (void)state;
    check("avgpool 2", shape_planes(2, 5, 4), 2);
    check("avgpool 3x2 stride=2x1 padding=1", shape_planes(2, 5, 6), 2);
    check("avgpool 3 stride=2 padding=1 count_padding=off", shape_planes(2, 5, 6), 2);
    check("globalavgpool", shape_planes(3, 3, 4), 2);
    check("maxpool 2 dilation=2", shape_planes(2, 5, 6), 2);
    check("maxpool 3x2 dilation=1x3 stride=1 padding=1", shape_planes(2, 5, 6), 2);
}

static void test_diff(void **state)
{
    (void)state;
    check("diff", shape_planes(9, 3, 4), 2);
    check("diff 1", shape_planes(2, 3, 4), 2);
    check("conv 1x1x6\ndiff 2\nconv 2x2x3", shape_planes(4, 3, 4), 3);
}

static void test_activations(void **state)
{
    (void)state;
    static const char *const texts[] = {
        "relu", "leakyrelu", "leakyrelu slope=0.3", "elu", "elu alpha=0.5", "gelu",
        "gelu form=tanh", "silu", "sigmoid", "tanh", "softplus", "softplus beta=2 threshold=0.5",
    };
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        check(texts[i], shape_planes(2, 3, 4), 3);
        check(texts[i], shape_row(11), 2);
    }
}

// At a kink the derivative is the one that PyTorch takes: from below.
static void test_kinks(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        double slope;
    } at_zero[] = {
        {"relu", 0}, {"leakyrelu slope=0.3", 0.3}, {"elu alpha=0.5", 0.5},
        {"residual relu {\nleakyrelu slope=-1\n}", 0},
    };
    for (size_t i = 0; i < sizeof at_zero / sizeof at_zero[0]; i++) {
        struct bench b = bench_open(at_zero[i].text, shape_row(3), 1, CLASSES, 1, true);
        for (size_t k = 0; k < b.out; k++) {
            b.output_gradient[k] = 2;
        }
        bench_run(&b);
        for (size_t k = 0; k < b.in; k++) {
            assert_true(b.output[k] == 0);
            assert_true(bench_gradient(&b)[k] == 2 * at_zero[i].slope);
        }
        bench_close(&b);
    }
    // Softplus is a line where beta x is above the threshold, and joins it
    // with a step, as PyTorch's does.
    struct bench b = bench_open("softplus threshold=1", shape_row(2), 1, CLASSES, 1, true);
    bench_source(&b)[0] = 1;
    bench_source(&b)[1] = nextafter(1, 2);
    b.output_gradient[0] = b.output_gradient[1] = 1;
    bench_run(&b);
    assert_true(fabs(b.output[0] - log(1 + exp(1))) < 1e-15);
    assert_true(b.output[1] == bench_source(&b)[1]);
    assert_true(fabs(bench_gradient(&b)[0] - 1 / (1 + exp(-1))) < 1e-15);
    assert_true(bench_gradient(&b)[1] == 1);
    bench_close(&b);
}

static void test_norms(void **state)
{
    (void)state;
    check("batchnorm", shape_planes(3, 2, 3), 5);
    check("batchnorm eps=0.5", shape_row(7), 6);
    check("batchnorm affine=off", shape_planes(2, 3, 2), 20); // several images in a block
    check("layernorm", shape_planes(2, 3, 2), 3);
    check("layernorm eps=0.1 affine=off", shape_row(9), 4);
}

static void test_dropout_gradient(void **state)
{
    (void)state;
    check("dropout", shape_planes(2, 3, 4), 3);
    check("dropout 0.2", shape_row(12), 3);
    check("dropout2d 0.4", shape_planes(8, 2, 2), 3);
}

static void test_blocks(void **state)
{
    (void)state;
    check("residual {\nconv 3x3x2 padding=1\n}", shape_planes(2, 4, 3), 2);
    check("residual tanh {\nconv 3x3x3 stride=2 padding=1 bias=off\nbatchnorm\nshortcut {\n"
          "conv 1x1x3 stride=2 bias=off\n}\n}", shape_planes(2, 4, 5), 3);
    check("add {\nbranch {\nidentity\n}\nbranch {\nidentity\n}\nbranch {\nconv 1x1x2\n}\n}\ntanh",
          shape_planes(2, 3, 3), 2);
    check("concat {\nbranch {\nconv 1x1x3\n}\nbranch {\nidentity\n}\nbranch {\nresidual {\n"
          "tanh\n}\nconv 1x1x1\n}\n}\nconv 1x1x2", shape_planes(2, 3, 3), 2);
    check("concat {\nbranch {\nlinear 3\n}\nbranch {\nidentity\n}\n}\nlinear", shape_row(5), 2);
}

static void test_nets(void **state)
{
    (void)state;
    check("conv 3x3x4 stride=2 padding=1 bias=off\nbatchnorm\nsilu\nresidual silu {\n"
          "conv 3x3x4 padding=1 groups=2 bias=off\nbatchnorm\nelu\nconv 3x3x4 padding=1\n}\n"
          "dropout2d 0.3\nglobalavgpool\nflatten\nlayernorm\nlinear", shape_planes(2, 6, 6), 5);
}

// ---- threads, blocks, draws ----

static const char mixed[] = "conv 3x3x4 padding=1 bias=off\nbatchnorm\nrelu\ndropout2d 0.25\n"
                            "residual relu {\nconv 3x3x4 padding=1\nbatchnorm\n}\navgpool 2\n"
                            "flatten\ndropout 0.5\nbatchnorm\nlinear";

static void test_threads(void **state)
{
    (void)state;
    static const int counts[] = {1, 2, 5};
    struct bench b[3];
    for (int i = 0; i < 3; i++) {
        b[i] = bench_open(mixed, shape_planes(3, 6, 8), 37, CLASSES, counts[i], true);
        fill(&b[i]);
        for (int step = 0; step < 3; step++) {
            b[i].step = (uint64_t)step;
            bench_run(&b[i]);
            executor_finish_step(b[i].executor);
        }
        const struct parameters *all = &b[i].graph->parameters;
        assert_memory_equal(b[i].output, b[0].output, b[0].out * sizeof(real));
        assert_memory_equal(bench_gradient(&b[i]), bench_gradient(&b[0]),
                            all->trained * sizeof(real));
        assert_memory_equal(all->values, b[0].graph->parameters.values,
                            all->total * sizeof(real));
    }
    const struct parameter *p = bench_parameter(&b[0], "1.num_batches_tracked");
    assert_true(b[0].graph->parameters.values[p->offset] == 3);
    size_t buffers = 2 * (4 + 4 + 1) + (48 + 48 + 1);
    assert_int_equal(b[0].graph->parameters.total, b[0].graph->parameters.trained + buffers);
    for (int i = 0; i < 3; i++) {
        bench_close(&b[i]);
    }
}

// What is dropped from an image does not depend on the batch around it, but on
// seed, step and layer.
static void test_draws(void **state)
{
    (void)state;
    enum { ELEMENTS = 400 };
    struct bench small = bench_open("dropout 0.3", shape_row(ELEMENTS), 7, CLASSES, 1, true);
    struct bench large = bench_open("dropout 0.3", shape_row(ELEMENTS), 50, CLASSES, 2, true);
    struct bench other = bench_open("identity\ndropout 0.3", shape_row(ELEMENTS), 7, CLASSES, 1,
                                    true);
    struct bench *all[] = {&small, &large, &other};
    for (int i = 0; i < 3; i++) {
        for (size_t k = 0; k < all[i]->in; k++) {
            bench_source(all[i])[k] = 0.7;
        }
        all[i]->seed = 5;
        all[i]->step = 9;
        bench_run(all[i]);
    }
    assert_memory_equal(small.output, large.output, small.out * sizeof(real));
    assert_memory_not_equal(small.output, other.output, small.out * sizeof(real));
    assert_memory_not_equal(large.output, large.output + ELEMENTS, ELEMENTS * sizeof(real));
    size_t kept = 0;
    for (size_t i = 0; i < large.out; i++) {
        assert_true(large.output[i] == 0 || fabs(large.output[i] - 1) < 1e-15);
        kept += large.output[i] != 0;
    }
    double deviation = sqrt((double)large.out * 0.3 * 0.7);
    assert_true(fabs((double)kept - 0.7 * (double)large.out) < 4 * deviation);
    real *before = malloc(small.out * sizeof *before);
    assert_non_null(before);
    memcpy(before, small.output, small.out * sizeof *before);
    small.step = 10;
    bench_run(&small);
    assert_memory_not_equal(before, small.output, small.out * sizeof(real));
    small.step = 9;
    small.seed = 6;
    bench_run(&small);
    assert_memory_not_equal(before, small.output, small.out * sizeof(real));
    small.seed = 5;
    bench_run(&small);
    assert_memory_equal(before, small.output, small.out * sizeof(real));
    free(before);
    for (int i = 0; i < 3; i++) {
        bench_close(all[i]);
    }
}

// dropout2d drops whole planes; evaluation changes nothing.
static void test_planes_and_rest(void **state)
{
    (void)state;
    struct bench b = bench_open("dropout2d 0.5", shape_planes(40, 2, 3), 4, CLASSES, 1, true);
    struct bench rest = bench_open("dropout 0.9", shape_planes(40, 2, 3), 4, CLASSES, 1, false);
    size_t dropped = 0;
    for (size_t i = 0; i < b.in; i++) {
        bench_source(&b)[i] = 1;
        bench_source(&rest)[i] = (real)i;
    }
    bench_run(&b);
    bench_run(&rest);
    for (size_t plane = 0; plane < b.out / 6; plane++) {
        for (size_t k = 1; k < 6; k++) {
            assert_true(b.output[6 * plane + k] == b.output[6 * plane]);
        }
        dropped += b.output[6 * plane] == 0;
    }
    assert_in_range(dropped, 55, 105); // of 160
    assert_memory_equal(rest.output, bench_source(&rest), rest.out * sizeof(real));
    bench_close(&b);
    bench_close(&rest);
}

// Running numbers after one step, by hand: a channel of 1, 2, 3, 6.
static void test_running_statistics(void **state)
{
    (void)state;
    struct bench b = bench_open("batchnorm momentum=0.25", shape_row(1), 4, CLASSES, 2, true);
    const struct parameters *all = &b.graph->parameters;
    const double x[] = {1, 2, 3, 6};
    memcpy(bench_source(&b), x, sizeof x);
    double *mean = all->values + bench_parameter(&b, "0.running_mean")->offset;
    double *variance = all->values + bench_parameter(&b, "0.running_var")->offset;
    *mean = 1;
    *variance = 2;
    bench_run(&b);
    assert_true(*mean == 1 && *variance == 2); // not before the step stands
    executor_finish_step(b.executor);
    assert_true(fabs(*mean - (0.75 * 1 + 0.25 * 3)) < 1e-15);
    assert_true(fabs(*variance - (0.75 * 2 + 0.25 * 14 / 3)) < 1e-15);
    bench_close(&b);
    // One number per channel: no variance to learn from.
    b = bench_open("batchnorm", shape_row(2), 1, CLASSES, 1, true);
    variance = b.graph->parameters.values + bench_parameter(&b, "0.running_var")->offset;
    variance[0] = variance[1] = 2;
    bench_source(&b)[0] = 5;
    bench_run(&b);
    executor_finish_step(b.executor);
    assert_true(b.output[0] == 0 && variance[0] == 2 && variance[1] == 2);
    bench_close(&b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_pools),
        cmocka_unit_test(test_activations),
        cmocka_unit_test(test_diff),
        cmocka_unit_test(test_kinks),
        cmocka_unit_test(test_norms),
        cmocka_unit_test(test_dropout_gradient),
        cmocka_unit_test(test_blocks),
        cmocka_unit_test(test_nets),
        cmocka_unit_test(test_threads),
        cmocka_unit_test(test_draws),
        cmocka_unit_test(test_planes_and_rest),
        cmocka_unit_test(test_running_statistics),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
