// The activations of every instruction set against libm in double: errors over
// all of the range, tails, and what is no number.

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>

#include <cmocka.h>
#include <math.h>
#include <string.h>

#include "core/nn/kernels/kernel_set.h"
#include "tests/unit/nn_fixture.h"

enum { COUNT = 40000 };

static const struct {
    struct activation f;
    double relative; // errors: of the result,
    double absolute; // and where terms cancel, in parts of 1 + |x|
    double slope;    // of the derivative, in parts of 1 + |x|
} cases[] = {
    {{ACTIVATION_LEAKYRELU, 0.3, 0}, 1e-7, 0, 1e-7},
    {{ACTIVATION_ELU, 1, 0}, 4e-7, 0, 3e-7},
    {{ACTIVATION_ELU, 0.5, 0}, 4e-7, 0, 3e-7},
    {{ACTIVATION_GELU, 0, 0}, 3e-7, 2e-7, 4e-7},
    {{ACTIVATION_GELU_TANH, 0, 0}, 1e-6, 2e-7, 1e-6},
    {{ACTIVATION_SILU, 0, 0}, 5e-7, 1e-37, 5e-7},
    {{ACTIVATION_SIGMOID, 0, 0}, 4e-7, 1e-37, 3e-7},
    {{ACTIVATION_TANH, 0, 0}, 5e-7, 0, 6e-7},
    {{ACTIVATION_SOFTPLUS, 1, 20}, 6e-7, 1e-37, 3e-7},
    {{ACTIVATION_SOFTPLUS, 2, 0.5}, 6e-7, 1e-37, 3e-7},
};

enum { CASES = sizeof cases / sizeof cases[0] };

static double sigmoid(double x)
{
    return 1 / (1 + exp(-x));
}

static double value(const struct activation *f, double x)
{
    double a = (double)(float)f->a;
    double inner = sqrt(2 / M_PI) * (x + 0.044715 * x * x * x);
    switch (f->kind) {
    case ACTIVATION_LEAKYRELU:
        return x > 0 ? x : a * x;
    case ACTIVATION_ELU:
        return x > 0 ? x : a * expm1(x);
    case ACTIVATION_GELU:
        return x * erfc(-x / sqrt(2)) / 2;
    case ACTIVATION_GELU_TANH:
        return x * sigmoid(2 * inner);
    case ACTIVATION_SILU:
        return x * sigmoid(x);
    case ACTIVATION_SIGMOID:
        return sigmoid(x);
    case ACTIVATION_TANH:
        return tanh(x);
    case ACTIVATION_SOFTPLUS:
        return a * x > f->b ? x : log1p(exp(a * x)) / a;
    default:
        return NAN;
    }
}

static double slope(const struct activation *f, double x)
{
    double a = (double)(float)f->a;
    double s = sigmoid(x);
    double inner = sqrt(2 / M_PI) * (x + 0.044715 * x * x * x);
    double t = sigmoid(2 * inner);
    switch (f->kind) {
    case ACTIVATION_LEAKYRELU:
        return x > 0 ? 1 : a;
    case ACTIVATION_ELU:
        return x > 0 ? 1 : a * exp(x);
    case ACTIVATION_GELU:
        return erfc(-x / sqrt(2)) / 2 + x * exp(-x * x / 2) / sqrt(2 * M_PI);
    case ACTIVATION_GELU_TANH:
        return t + x * 2 * t * (1 - t) * sqrt(2 / M_PI) * (1 + 3 * 0.044715 * x * x);
    case ACTIVATION_SILU:
        return s * (1 + x * (1 - s));
    case ACTIVATION_SIGMOID:
        return s * (1 - s);
    case ACTIVATION_TANH:
        return 1 - tanh(x) * tanh(x);
    case ACTIVATION_SOFTPLUS:
        return a * x > f->b ? 1 : sigmoid(a * x);
    default:
        return NAN;
    }
}

// From tiny to a hundred, of both signs, and the places where functions change.
static float point(size_t i)
{
    static const float special[] = {0, 20, 0.25f, -0.3465736f, 0.3465736f, -18, 88, -88, 104};
    if (i < sizeof special / sizeof special[0]) {
        return special[i];
    }
    double size = exp(fixture_uniform(51, i) * 12 - 7.4);
    return (float)(fixture_uniform(52, i) < 0 ? -size : size);
}

static void test_errors(void **state)
{
    (void)state;
    static float x[COUNT], y[COUNT], dx[COUNT], one[COUNT];
    for (size_t i = 0; i < COUNT; i++) {
        x[i] = point(i);
        one[i] = 1;
    }
    for (const struct kernel_set *const *set = kernel_sets(); *set; set++) {
        const struct activation_kernels *k = (*set)->activation;
        for (size_t c = 0; c < CASES; c++) {
            const struct activation *f = &cases[c].f;
            k->forward(f, y, x, COUNT);
            k->backward(f, dx, x, y, one, COUNT);
            for (size_t i = 0; i < COUNT; i++) {
                double v = value(f, (double)x[i]);
                double s = slope(f, (double)x[i]);
                double part = 1 + fabs((double)x[i]);
                if (!(fabs((double)y[i] - v) <= cases[c].relative * fabs(v)
                                                + cases[c].absolute * part)
                    || !(fabs((double)dx[i] - s) <= cases[c].slope * part)) {
                    fail_msg("set %s, case %zu, x %.9g: %.9g, not %.9g; slope %.9g, not %.9g",
                             (*set)->name, c, (double)x[i], (double)y[i], v, (double)dx[i], s);
                }
            }
        }
    }
}

// Any length, at any place: the same bits, and nothing behind the end.
static void test_tails(void **state)
{
    (void)state;
    enum { LONGEST = 40 };
    float x[LONGEST], dy[LONGEST], whole[LONGEST], whole_dx[LONGEST];
    for (size_t i = 0; i < LONGEST; i++) {
        x[i] = 3 * (float)fixture_uniform(53, i);
        dy[i] = (float)fixture_uniform(54, i);
    }
    for (const struct kernel_set *const *set = kernel_sets(); *set; set++) {
        const struct activation_kernels *k = (*set)->activation;
        for (size_t c = 0; c < CASES; c++) {
            const struct activation *f = &cases[c].f;
            k->forward(f, whole, x, LONGEST);
            k->backward(f, whole_dx, x, whole, dy, LONGEST);
            for (size_t at = 0; at < 9; at++) {
                for (size_t count = 0; at + count < LONGEST; count++) {
                    float y[LONGEST] = {0};
                    float dx[LONGEST] = {0};
                    y[count] = dx[count] = 77;
                    k->forward(f, y, x + at, count);
                    k->backward(f, dx, x + at, whole + at, dy + at, count);
                    assert_memory_equal(y, whole + at, count * sizeof *y);
                    assert_memory_equal(dx, whole_dx + at, count * sizeof *dx);
                    assert_true(y[count] == 77 && dx[count] == 77);
                }
            }
        }
    }
}

static void test_not_finite(void **state)
{
    (void)state;
    for (const struct kernel_set *const *set = kernel_sets(); *set; set++) {
        const struct activation_kernels *k = (*set)->activation;
        const float x[] = {NAN, INFINITY, -INFINITY};
        float y[3];
        for (size_t c = 0; c < CASES; c++) {
            k->forward(&cases[c].f, y, x, 3);
            assert_true(isnan(y[0]));
            bool saturates = cases[c].f.kind == ACTIVATION_SIGMOID
                          || cases[c].f.kind == ACTIVATION_TANH;
            assert_true(saturates ? y[1] == 1 : isinf(y[1]));
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_errors),
        cmocka_unit_test(test_tails),
        cmocka_unit_test(test_not_finite),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
