// The optimisers against PyTorch's, in double; RMSprop by hand, too; what is
// refused, and what a range may see.

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>

#include <cmocka.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/nn/train/optimiser.h"
#include "tests/unit/nn_fixture.h"

#ifndef NN_DOUBLE
#error "compared in the double build"
#endif

static void close_to(double got, double expected)
{
    if (!(fabs(got - expected) <= 1e-14 * fabs(expected))) {
        fail_msg("%.17g, expected %.17g", got, expected);
    }
}

// As without a schedule or a limit on the norm.
static void begin(struct optimiser *o)
{
    optimiser_begin(o, o->options.lr, o->options.momentum, 0);
}

static void test_by_hand(void **state)
{
    (void)state;
    // alpha 3/4, eps 1/2, lr 1/8: all roots come out even.
    struct optimiser_options options = optimiser_defaults(OPTIMISER_RMSPROP);
    options.lr = 0.125;
    options.alpha = 0.75;
    options.eps = 0.5;
    struct optimiser o;
    struct error err = ERROR_INIT;
    assert_int_equal(optimiser_open(&o, &options, false, 2, &err), 0);
    double p[] = {1, -2};
    double g[] = {2, 0};
    begin(&o);
    optimiser_step(&o, p, g, 0, 2);
    // average = 0 + 4/4 = 1; p = 1 - 2/8 / (1 + 1/2) = 1 - 1/6
    close_to(p[0], 1 - 1. / 6);
    close_to(o.arrays[0].values[0], 1);
    assert_true(p[1] == -2);
    g[0] = -sqrt(13);
    begin(&o);
    optimiser_step(&o, p, g, 0, 2);
    // average = 3/4 + 13/4 = 4; p += sqrt(13)/8 / 2.5
    close_to(o.arrays[0].values[0], 4);
    close_to(p[0], 1 - 1. / 6 + sqrt(13) / 20);
    optimiser_close(&o);
}

static void test_weight_decay_and_momentum(void **state)
{
    (void)state;
    struct optimiser_options options = optimiser_defaults(OPTIMISER_RMSPROP);
    options.lr = 0.5;
    options.alpha = 0.75;
    options.eps = 1;
    options.weight_decay = 0.25;
    options.momentum = 0.5;
    struct optimiser o;
    struct error err = ERROR_INIT;
    assert_int_equal(optimiser_open(&o, &options, false, 1, &err), 0);
    double p[] = {4};
    double g[] = {1};
    begin(&o);
    optimiser_step(&o, p, g, 0, 1);
    // g = 1 + 4/4 = 2; average = 1; buffer = 2/2 = 1; p = 4 - 1/2
    close_to(o.arrays[1].values[0], 1);
    close_to(p[0], 3.5);
    g[0] = -0.875;
    begin(&o);
    optimiser_step(&o, p, g, 0, 1);
    // g = -0.875 + 0.875 = 0; average = 3/4; buffer = 1/2; p = 3.5 - 1/4
    close_to(o.arrays[0].values[0], 0.75);
    close_to(o.arrays[1].values[0], 0.5);
    close_to(p[0], 3.25);
    optimiser_close(&o);
}

static void test_ranges_are_independent(void **state)
{
    (void)state;
    enum { N = 29 };
    for (int kind = 0; kind < OPTIMISER_KINDS; kind++) {
        struct optimiser_options options = optimiser_defaults((enum optimiser_kind)kind);
        options.momentum = 0.5;
        options.amsgrad = options.centered = true;
        struct optimiser whole, parts;
        struct error err = ERROR_INIT;
        double a[N], b[N], g[N];
        assert_int_equal(optimiser_open(&whole, &options, false, N, &err), 0);
        assert_int_equal(optimiser_open(&parts, &options, false, N, &err), 0);
        for (int i = 0; i < N; i++) {
            a[i] = b[i] = i * 0.25 - 3;
            g[i] = cos(i);
        }
        for (int step = 0; step < 3; step++) {
            begin(&whole);
            begin(&parts);
            optimiser_step(&whole, a, g, 0, N);
            optimiser_step(&parts, b, g, 17, N - 17);
            optimiser_step(&parts, b, g, 0, 5);
            optimiser_step(&parts, b, g, 5, 12);
        }
        assert_memory_equal(a, b, sizeof a);
        for (int i = 0; i < whole.array_count; i++) {
            assert_memory_equal(whole.arrays[i].values, parts.arrays[i].values, sizeof a);
        }
        optimiser_close(&whole);
        optimiser_close(&parts);
    }
}

// ---- against PyTorch: tests/golden/make_optimiser_golden.py ----

enum { NUMBERS = 23, STEPS = 10, STREAM_VALUES = 51, STREAM_GRADIENTS = 52, CASES = 24 };

static void set_option(struct optimiser_options *o, const char *name, double value)
{
    const struct {
        const char *name;
        double *at;
    } numbers[] = {
        {"lr", &o->lr},           {"weight_decay", &o->weight_decay}, {"eps", &o->eps},
        {"momentum", &o->momentum}, {"dampening", &o->dampening},     {"alpha", &o->alpha},
        {"beta1", &o->beta1},     {"beta2", &o->beta2},               {"lr_decay", &o->lr_decay},
        {"initial_accumulator_value", &o->initial_accumulator_value}, {"rho", &o->rho},
        {"clip_norm", &o->clip_norm}, {"clip_value", &o->clip_value},
    };
    for (size_t i = 0; i < sizeof numbers / sizeof numbers[0]; i++) {
        if (strcmp(numbers[i].name, name) == 0) {
            *numbers[i].at = value;
            return;
        }
    }
    bool *flag = strcmp(name, "nesterov") == 0 ? &o->nesterov
               : strcmp(name, "centered") == 0 ? &o->centered
               : strcmp(name, "amsgrad") == 0  ? &o->amsgrad
                                               : NULL;
    assert_non_null(flag);
    *flag = value != 0;
}

static struct optimiser_options parse_options(char *words)
{
    char *rest = NULL;
    char *name = strtok_r(words, " ", &rest);
    int kind = 0;
    while (optimiser_names[kind] && strcmp(optimiser_names[kind], name) != 0) {
        kind++;
    }
    assert_true(kind < OPTIMISER_KINDS);
    struct optimiser_options options = optimiser_defaults((enum optimiser_kind)kind);
    if (kind == OPTIMISER_RMSPROP) {
        options.lr = 1e-2; // PyTorch's; the cases give their own
    }
    for (char *word; (word = strtok_r(NULL, " ", &rest)) != NULL;) {
        char *sign = strchr(word, '=');
        assert_non_null(sign);
        *sign = 0;
        set_option(&options, word, strtod(sign + 1, NULL));
    }
    return options;
}

// Tensors of 9 and 14 numbers are one array here: the norm is the same.
static void gradient_at(double g[NUMBERS], const double p[NUMBERS], int step)
{
    for (int i = 0; i < NUMBERS; i++) {
        g[i] = fixture_uniform(STREAM_GRADIENTS, (uint64_t)(step * NUMBERS + i)) + 0.5 * p[i];
    }
}

static void compare(const double p[NUMBERS], char **at, const char *name, int step)
{
    double difference = 0;
    double size = 0;
    for (int i = 0; i < NUMBERS; i++) {
        double expected = strtod(*at, at);
        difference += pow(p[i] - expected, 2);
        size += expected * expected;
    }
    assert_true(size > 0);
    if (!(sqrt(difference / size) <= 1e-9)) {
        fail_msg("%s, after step %d: differs by %g", name, step, sqrt(difference / size));
    }
}

static void check_case(const void *context, char *line)
{
    (void)context;
    char shown[128];
    char *bar = strchr(line, '|');
    assert_non_null(bar);
    *bar = 0;
    snprintf(shown, sizeof shown, "%s", line);
    struct optimiser_options options = parse_options(line);
    struct optimiser o;
    struct error err = ERROR_INIT;
    assert_int_equal(optimiser_open(&o, &options, false, NUMBERS, &err), 0);
    double p[NUMBERS], g[NUMBERS];
    for (int i = 0; i < NUMBERS; i++) {
        p[i] = fixture_uniform(STREAM_VALUES, (uint64_t)i);
    }
    char *at = bar + 1;
    for (int step = 0; step < STEPS; step++) {
        gradient_at(g, p, step);
        bool is_adam = options.kind == OPTIMISER_ADAM || options.kind == OPTIMISER_ADAMW;
        optimiser_begin(&o, options.lr, is_adam ? options.beta1 : options.momentum,
                        sqrt(optimiser_squares(g, NUMBERS)));
        optimiser_step(&o, p, g, 0, NUMBERS);
        if (step == 0 || step == STEPS - 1) {
            compare(p, &at, shown, step + 1);
        }
    }
    assert_true(*at == '\n');
    optimiser_close(&o);
}

static void test_golden(void **state)
{
    (void)state;
    assert_int_equal(fixture_golden_lines("optimisers.golden", check_case, NULL), CASES);
}

// What PyTorch's constructors say, but for the learning rates that it has not.
static void test_defaults(void **state)
{
    (void)state;
    const struct {
        double lr, eps, weight_decay;
    } expected[OPTIMISER_KINDS] = {
        [OPTIMISER_RMSPROP] = {1e-4, 1e-8, 0}, [OPTIMISER_SGD] = {1e-3, 1e-8, 0},
        [OPTIMISER_ADAM] = {1e-3, 1e-8, 0},    [OPTIMISER_ADAMW] = {1e-3, 1e-8, 1e-2},
        [OPTIMISER_ADAGRAD] = {1e-2, 1e-10, 0}, [OPTIMISER_ADADELTA] = {1, 1e-6, 0},
    };
    for (int kind = 0; kind < OPTIMISER_KINDS; kind++) {
        struct optimiser_options o = optimiser_defaults((enum optimiser_kind)kind);
        assert_true(o.lr == expected[kind].lr && o.eps == expected[kind].eps
                    && o.weight_decay == expected[kind].weight_decay);
        assert_true(o.alpha == 0.99 && o.beta1 == 0.9 && o.beta2 == 0.999 && o.rho == 0.9
                    && o.momentum == 0 && o.dampening == 0 && o.lr_decay == 0
                    && o.initial_accumulator_value == 0 && !o.nesterov && !o.centered
                    && !o.amsgrad && o.clip_norm == 0 && o.clip_value == 0);
    }
}

// A schedule may bring a momentum where the options have none.
static void test_moving_momentum(void **state)
{
    (void)state;
    struct optimiser_options options = optimiser_defaults(OPTIMISER_SGD);
    struct optimiser o;
    struct error err = ERROR_INIT;
    assert_int_equal(optimiser_open(&o, &options, true, 1, &err), 0);
    double p[] = {1};
    double g[] = {1};
    optimiser_begin(&o, 0.5, 0.5, 0);
    optimiser_step(&o, p, g, 0, 1);
    close_to(p[0], 0.5); // buffer 1
    optimiser_begin(&o, 0.25, 0.25, 0);
    optimiser_step(&o, p, g, 0, 1);
    close_to(p[0], 0.5 - 0.25 * 1.25);
    optimiser_close(&o);
}

static void expect_refused(struct optimiser_options options, const char *part)
{
    struct optimiser o = {0};
    struct error err = ERROR_INIT;
    assert_int_equal(optimiser_open(&o, &options, false, 1, &err), ERR_VALUE);
    if (!strstr(err.text, part)) {
        fail_msg("'%s' lacks '%s'", err.text, part);
    }
    assert_int_equal(o.array_count, 0);
}

static void test_options(void **state)
{
    (void)state;
    struct optimiser_options options = optimiser_defaults(OPTIMISER_RMSPROP);
    assert_true(options.lr == 1e-4 && options.alpha == 0.99 && options.eps == 1e-8
                && options.weight_decay == 0 && options.momentum == 0);
    options.lr = 0;
    expect_refused(options, "learning rate 0");
    options.lr = NAN;
    expect_refused(options, "learning rate");
    options = optimiser_defaults(OPTIMISER_RMSPROP);
    options.alpha = 1.5;
    expect_refused(options, "alpha 1.5: 0 to 1");
    options = optimiser_defaults(OPTIMISER_RMSPROP);
    options.eps = -1e-9;
    expect_refused(options, "eps");
    options = optimiser_defaults(OPTIMISER_RMSPROP);
    options.momentum = -0.5;
    expect_refused(options, "momentum");
    options = optimiser_defaults(OPTIMISER_RMSPROP);
    options.weight_decay = INFINITY;
    expect_refused(options, "weight decay");
    options = optimiser_defaults(OPTIMISER_ADAM);
    options.beta2 = 1;
    expect_refused(options, "beta2 1: 0 to");
    options = optimiser_defaults(OPTIMISER_SGD);
    options.nesterov = true;
    expect_refused(options, "nesterov with momentum 0");
    options.momentum = 0.9;
    options.dampening = 0.1;
    expect_refused(options, "dampening 0 are needed");
    options = optimiser_defaults(OPTIMISER_SGD);
    options.clip_norm = NAN;
    expect_refused(options, "clip norm");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_by_hand),
        cmocka_unit_test(test_weight_decay_and_momentum),
        cmocka_unit_test(test_ranges_are_independent),
        cmocka_unit_test(test_golden),
        cmocka_unit_test(test_defaults),
        cmocka_unit_test(test_moving_momentum),
        cmocka_unit_test(test_options),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
