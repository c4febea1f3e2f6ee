// The losses, in double: against PyTorch's, against central differences, with
// scores that would overflow, and what is refused.

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>

#include <cmocka.h>
#include <math.h>
#include <string.h>

#include "core/nn/train/loss.h"
#include "tests/unit/losses_golden.h"

#ifndef NN_DOUBLE
#error "central differences need the double build"
#endif

enum { CLASSES = 5 };

static void test_golden(void **state)
{
    (void)state;
    losses_golden_check(1e-13, 1e-12);
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

// The same of a mixture, which at its ends is one label.
static void check_mixture(struct loss loss)
{
    static const double h = 1e-6;
    double scores[CLASSES] = {0.3, -1.2, 0.9, 2.1, -0.4};
    double gradient[CLASSES], plain[CLASSES];
    struct loss_target target = {1, 3, 0.3};
    loss_compute_mixed(&loss, scores, CLASSES, target, 3, gradient);
    for (int c = 0; c < CLASSES; c++) {
        double old = scores[c];
        scores[c] = old + h;
        double up = loss_compute_mixed(&loss, scores, CLASSES, target, 0, NULL);
        scores[c] = old - h;
        double down = loss_compute_mixed(&loss, scores, CLASSES, target, 0, NULL);
        scores[c] = old;
        assert_true(fabs(gradient[c] - 3 * (up - down) / (2 * h)) < 1e-6);
    }
    for (int end = 0; end < 2; end++) {
        target.weight = end;
        int label = end ? target.label : target.other;
        double a = loss_compute_mixed(&loss, scores, CLASSES, target, 3, gradient);
        double b = loss_compute(&loss, scores, CLASSES, label, 3, plain);
        assert_true(fabs(a - b) < 1e-14);
        assert_true(loss_target_main(target) == label);
        assert_true(loss_share_mixed(&loss, target) == loss_share(&loss, label));
        for (int c = 0; c < CLASSES; c++) {
            assert_true(fabs(gradient[c] - plain[c]) < 1e-14);
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
        check_mixture(loss);
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
