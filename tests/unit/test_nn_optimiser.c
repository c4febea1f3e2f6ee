// RMSprop against numbers worked out by hand, and its options.

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>

#include <cmocka.h>
#include <math.h>
#include <string.h>

#include "core/nn/optimiser.h"

#ifndef NN_DOUBLE
#error "compared in the double build"
#endif

static void close_to(double got, double expected)
{
    if (!(fabs(got - expected) <= 1e-14 * fabs(expected))) {
        fail_msg("%.17g, expected %.17g", got, expected);
    }
}

static void test_by_hand(void **state)
{
    (void)state;
    // alpha 3/4, eps 1/2, lr 1/8: all roots come out even.
    struct optimiser_options options = optimiser_defaults();
    options.lr = 0.125;
    options.alpha = 0.75;
    options.eps = 0.5;
    struct optimiser o;
    struct error err = ERROR_INIT;
    assert_int_equal(optimiser_open(&o, &options, 2, &err), 0);
    double p[] = {1, -2};
    double g[] = {2, 0};
    optimiser_step(&o, p, g, 0, 2);
    // average = 0 + 4/4 = 1; p = 1 - 2/8 / (1 + 1/2) = 1 - 1/6
    close_to(p[0], 1 - 1. / 6);
    close_to(o.square_average[0], 1);
    assert_true(p[1] == -2);
    g[0] = -sqrt(13);
    optimiser_step(&o, p, g, 0, 2);
    // average = 3/4 + 13/4 = 4; p += sqrt(13)/8 / 2.5
    close_to(o.square_average[0], 4);
    close_to(p[0], 1 - 1. / 6 + sqrt(13) / 20);
    optimiser_close(&o);
}

static void test_weight_decay_and_momentum(void **state)
{
    (void)state;
    struct optimiser_options options = optimiser_defaults();
    options.lr = 0.5;
    options.alpha = 0.75;
    options.eps = 1;
    options.weight_decay = 0.25;
    options.momentum = 0.5;
    struct optimiser o;
    struct error err = ERROR_INIT;
    assert_int_equal(optimiser_open(&o, &options, 1, &err), 0);
    double p[] = {4};
    double g[] = {1};
    optimiser_step(&o, p, g, 0, 1);
    // g = 1 + 4/4 = 2; average = 1; buffer = 2/2 = 1; p = 4 - 1/2
    close_to(o.momentum_buffer[0], 1);
    close_to(p[0], 3.5);
    g[0] = -0.875;
    optimiser_step(&o, p, g, 0, 1);
    // g = -0.875 + 0.875 = 0; average = 3/4; buffer = 1/2; p = 3.5 - 1/4
    close_to(o.square_average[0], 0.75);
    close_to(o.momentum_buffer[0], 0.5);
    close_to(p[0], 3.25);
    optimiser_close(&o);
}

static void test_ranges_are_independent(void **state)
{
    (void)state;
    struct optimiser_options options = optimiser_defaults();
    struct optimiser whole, parts;
    struct error err = ERROR_INIT;
    enum { N = 29 };
    double a[N], b[N], g[N];
    assert_int_equal(optimiser_open(&whole, &options, N, &err), 0);
    assert_int_equal(optimiser_open(&parts, &options, N, &err), 0);
    for (int i = 0; i < N; i++) {
        a[i] = b[i] = i * 0.25 - 3;
        g[i] = cos(i);
    }
    for (int step = 0; step < 3; step++) {
        optimiser_step(&whole, a, g, 0, N);
        optimiser_step(&parts, b, g, 17, N - 17);
        optimiser_step(&parts, b, g, 0, 5);
        optimiser_step(&parts, b, g, 5, 12);
    }
    assert_memory_equal(a, b, sizeof a);
    optimiser_close(&whole);
    optimiser_close(&parts);
}

static void expect_refused(struct optimiser_options options, const char *part)
{
    struct optimiser o = {0};
    struct error err = ERROR_INIT;
    assert_int_equal(optimiser_open(&o, &options, 1, &err), ERR_VALUE);
    if (!strstr(err.text, part)) {
        fail_msg("'%s' lacks '%s'", err.text, part);
    }
    assert_null(o.square_average);
}

static void test_options(void **state)
{
    (void)state;
    struct optimiser_options options = optimiser_defaults();
    assert_true(options.lr == 1e-4 && options.alpha == 0.99 && options.eps == 1e-8
                && options.weight_decay == 0 && options.momentum == 0);
    options.lr = 0;
    expect_refused(options, "learning rate 0");
    options.lr = NAN;
    expect_refused(options, "learning rate");
    options = optimiser_defaults();
    options.alpha = 1.5;
    expect_refused(options, "alpha 1.5: 0 to 1");
    options = optimiser_defaults();
    options.eps = -1e-9;
    expect_refused(options, "eps");
    options = optimiser_defaults();
    options.momentum = -0.5;
    expect_refused(options, "momentum");
    options = optimiser_defaults();
    options.weight_decay = INFINITY;
    expect_refused(options, "weight decay");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_by_hand),
        cmocka_unit_test(test_weight_decay_and_momentum),
        cmocka_unit_test(test_ranges_are_independent),
        cmocka_unit_test(test_options),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
