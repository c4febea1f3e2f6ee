// The losses, in double: against PyTorch's, against central differences, with
// scores that would overflow, and what is refused.

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>

#include <cmocka.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/nn/loss.h"
#include "tests/unit/nn_fixture.h"

#ifndef NN_DOUBLE
#error "central differences need the double build"
#endif

// As in make_losses_golden.py.
enum { IMAGES = 6, CLASSES = 5, STREAM_SCORES = 41, STREAM_WEIGHTS = 42, CASES_AT_LEAST = 15 };

struct batch {
    double scores[IMAGES][CLASSES];
    double weights[CLASSES];
};

static struct batch make_batch(void)
{
    struct batch b;
    for (int i = 0; i < IMAGES * CLASSES; i++) {
        double x = 3 * fixture_uniform(STREAM_SCORES, (uint64_t)i);
        b.scores[i / CLASSES][i % CLASSES] = i / CLASSES == IMAGES - 1 ? floor(4 * x) / 4 : x;
    }
    for (int c = 0; c < CLASSES; c++) {
        b.weights[c] = 1 + 0.9 * fixture_uniform(STREAM_WEIGHTS, (uint64_t)c);
    }
    return b;
}

// The mean over the batch, as a trainer makes it.
static double mean_loss(const struct loss *loss, const struct batch *b,
                        double gradient[IMAGES][CLASSES])
{
    double shares = 0;
    double sum = 0;
    for (int i = 0; i < IMAGES; i++) {
        shares += loss_share(loss, i % CLASSES);
    }
    for (int i = 0; i < IMAGES; i++) {
        sum += loss_compute(loss, b->scores[i], CLASSES, i % CLASSES, 1 / shares, gradient[i]);
    }
    return sum / shares;
}

static void check_line(char *line)
{
    struct batch b = make_batch();
    struct loss loss = loss_defaults();
    struct error err = ERROR_INIT;
    double gradient[IMAGES][CLASSES];
    char name[32];
    int weighted;
    int used;
    assert_int_equal(sscanf(line, "%31s %lf %lf %d %lf %d%n", name, &loss.smoothing, &loss.margin,
                            &loss.power, &loss.gamma, &weighted, &used), 6);
    loss.kind = LOSS_KINDS;
    for (int k = 0; k < LOSS_KINDS; k++) {
        loss.kind = strcmp(loss_names[k], name) == 0 ? (enum loss_kind)k : loss.kind;
    }
    assert_true(loss.kind < LOSS_KINDS);
    loss.weights = weighted ? b.weights : NULL;
    assert_int_equal(loss_check(&loss, CLASSES, &err), 0);
    char *at = line + used;
    double expected = strtod(at, &at);
    double got = mean_loss(&loss, &b, gradient);
    if (!(fabs(got - expected) <= 1e-13 * fabs(expected))) {
        fail_msg("%s: %.17g, PyTorch has %.17g", line, got, expected);
    }
    double difference = 0;
    double size = 0;
    for (int i = 0; i < IMAGES * CLASSES; i++) {
        double one = strtod(at, &at);
        difference += pow(gradient[i / CLASSES][i % CLASSES] - one, 2);
        size += one * one;
    }
    assert_true(size > 0 && *at == '\n');
    if (!(sqrt(difference / size) <= 1e-12)) {
        fail_msg("%.60s: gradient differs by %g", line, sqrt(difference / size));
    }
}

static void test_golden(void **state)
{
    (void)state;
    const char *root = getenv("TRIPTYCH_SOURCE_ROOT");
    char path[4096];
    snprintf(path, sizeof path, "%s/tests/golden/losses.golden", root ? root : ".");
    FILE *file = fopen(path, "r");
    if (!file) {
        fail_msg("%s: cannot be read (TRIPTYCH_SOURCE_ROOT names the source tree)", path);
    }
    char *line = NULL;
    size_t capacity = 0;
    int cases = 0;
    while (getline(&line, &capacity, file) > 0) {
        check_line(line);
        cases++;
    }
    free(line);
    fclose(file);
    assert_true(cases >= CASES_AT_LEAST);
}

static void check_differences(struct loss loss)
{
    static const double h = 1e-6;
    double scores[CLASSES] = {0.3, -1.2, 0.9, 2.1, -0.4};
    double gradient[CLASSES];
    for (int label = 0; label < CLASSES; label++) {
        double value = loss_compute(&loss, scores, CLASSES, label, 3, gradient);
        assert_true(value == loss_compute(&loss, scores, CLASSES, label, 3, NULL));
        double scale = 0;
        for (int c = 0; c < CLASSES; c++) {
            scale = fmax(scale, fabs(gradient[c]));
        }
        for (int c = 0; c < CLASSES; c++) {
            double old = scores[c];
            scores[c] = old + h;
            double up = loss_compute(&loss, scores, CLASSES, label, 0, NULL);
            scores[c] = old - h;
            double down = loss_compute(&loss, scores, CLASSES, label, 0, NULL);
            scores[c] = old;
            double expected = 3 * (up - down) / (2 * h);
            if (!(fabs(gradient[c] - expected) <= 1e-6 * fmax(scale, 1e-2))) {
                fail_msg("%s, label %d, class %d: %.12g, central difference %.12g",
                         loss_names[loss.kind], label, c, gradient[c], expected);
            }
        }
    }
}

static void test_gradients(void **state)
{
    (void)state;
    static const double weights[CLASSES] = {0.5, 2, 1, 0.1, 3};
    for (int k = 0; k < LOSS_KINDS; k++) {
        struct loss loss = loss_defaults();
        loss.kind = (enum loss_kind)k;
        check_differences(loss);
        loss.weights = k == LOSS_SQUARED ? NULL : weights;
        loss.smoothing = 0.2;
        loss.margin = 1.7;
        loss.power = 2;
        loss.gamma = 0.7;
        check_differences(loss);
    }
    struct loss plain = loss_defaults();
    double scores[CLASSES] = {0.3, -1.2, 0.9, 2.1, -0.4};
    double a[CLASSES], b[CLASSES];
    double x = loss_compute(&plain, scores, CLASSES, 2, 0.5, a);
    double y = loss_cross_entropy(scores, CLASSES, 2, 0.5, b);
    assert_true(fabs(x - y) < 1e-15);
    for (int c = 0; c < CLASSES; c++) {
        assert_true(fabs(a[c] - b[c]) < 1e-15);
    }
}

// Huge scores are no reason for NaN; NaN is.
static void test_extremes(void **state)
{
    (void)state;
    for (int k = 0; k < LOSS_KINDS; k++) {
        struct loss loss = loss_defaults();
        loss.kind = (enum loss_kind)k;
        double scores[3] = {5000, -5000, 0};
        double gradient[3];
        for (int label = 0; label < 3; label++) {
            double value = loss_compute(&loss, scores, 3, label, 1, gradient);
            assert_true(isfinite(value) && value >= 0);
            for (int c = 0; c < 3; c++) {
                assert_true(isfinite(gradient[c]));
            }
        }
        scores[1] = NAN;
        assert_true(isnan(loss_compute(&loss, scores, 3, 1, 1, gradient)));
        assert_true(isnan(loss_compute(&loss, scores, 3, 0, 1, gradient)));
    }
}

static void expect_refused(struct loss loss, const char *part)
{
    struct error err = ERROR_INIT;
    assert_int_equal(loss_check(&loss, 3, &err), ERR_VALUE);
    if (!strstr(err.text, part)) {
        fail_msg("'%s' has no '%s'", err.text, part);
    }
}

static void test_refusals(void **state)
{
    (void)state;
    static const double negative[3] = {1, -1, 1};
    static const double fine[3] = {1, 2, 1};
    struct loss usual = loss_defaults();
    struct loss l = usual;
    struct error err = ERROR_INIT;
    l.weights = fine;
    assert_int_equal(loss_check(&l, 3, &err), 0);
    l.weights = negative;
    expect_refused(l, "class weights: -1 for class 1");
    l = usual;
    l.smoothing = 1.5;
    expect_refused(l, "label smoothing 1.5: 0 to 1");
    l.smoothing = NAN;
    expect_refused(l, "label smoothing");
    l = usual;
    l.gamma = 3;
    expect_refused(l, "gamma 3: it belongs to the loss 'focal', not to 'cross-entropy'");
    l = usual;
    l.kind = LOSS_HINGE;
    l.power = 3;
    expect_refused(l, "power 3: 1 to 2");
    l.power = 1;
    l.smoothing = 0.1;
    expect_refused(l, "label smoothing 0.1: it belongs to the loss 'cross-entropy'");
    l = usual;
    l.kind = LOSS_SQUARED;
    l.weights = fine;
    expect_refused(l, "class weights: the loss 'squared' has none");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_golden),    cmocka_unit_test(test_gradients),
        cmocka_unit_test(test_extremes),  cmocka_unit_test(test_refusals),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
