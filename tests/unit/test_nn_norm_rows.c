// Normalisation of numbers in a row, of every instruction set, against the
// plain loops: all tails, any place in memory, and nothing behind the end.

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>

#include <cmocka.h>
#include <math.h>
#include <string.h>

#include "core/nn/kernels/kernel_set.h"
#include "core/nn/kernels/kernels.h"
#include "tests/unit/nn_fixture.h"

enum { MOST = 300, SHIFTS = 3, END = 8, SIZE = MOST + SHIFTS + END };

static const float UNTOUCHED = 77;

static float x[SIZE], dy[SIZE], weight[SIZE], bias[SIZE];

static void fill(float *to, unsigned stream)
{
    for (size_t i = 0; i < SIZE; i++) {
        to[i] = (float)fixture_uniform(stream, i);
    }
}

// Where results go: numbers to add to, and what nobody may change.
static void fill_result(float *to, size_t count)
{
    fill(to, 5);
    for (size_t i = count; i < SIZE; i++) {
        to[i] = UNTOUCHED;
    }
}

static void check_same(const float *result, const float *expected, size_t count)
{
    assert_memory_equal(result, expected, count * sizeof *result);
    for (size_t i = count; i < count + END; i++) {
        assert_true(result[i] == UNTOUCHED);
    }
}

// Doubles that were added up in another order.
static void check_sums(const double sums[2], const double expected[2], size_t count)
{
    for (int i = 0; i < 2; i++) {
        assert_true(fabs(sums[i] - expected[i]) < 1e-14 * (double)(count + 10));
    }
}

static void check_row(const struct norm_row_kernels *k, size_t at, size_t count)
{
    float y[SIZE], expected[SIZE], slope[SIZE], expected_slope[SIZE];
    double sums[2] = {1, 2};
    double expected_sums[2] = {1, 2};
    double sum = k->sum(x + at, count);
    assert_true(fabs(sum - kernel_sum(x + at, count)) < 1e-14 * (double)(count + 10));
    k->add_moments(sums, x + at, count);
    kernel_add_moments(expected_sums, x + at, count);
    check_sums(sums, expected_sums, count);
    k->add_products(sums, dy + at, x + at, 0.3f, count);
    kernel_add_products(expected_sums, dy + at, x + at, 0.3f, count);
    check_sums(sums, expected_sums, count);
    fill_result(y, count);
    k->normalise(y, x + at, 0.3f, 1.7f, -0.1f, count);
    kernel_normalise(expected, x + at, 0.3f, 1.7f, -0.1f, count);
    check_same(y, expected, count);
    fill_result(y, count);
    k->backward(y, dy + at, x + at, 0.3f, 1.7f, -0.1f, 0.2f, count);
    kernel_normalise_backward(expected, dy + at, x + at, 0.3f, 1.7f, -0.1f, 0.2f, count);
    check_same(y, expected, count);

    struct norm_each each = {.mean = -0.2f, .scale = 1.3f, .weight = weight + at,
                             .bias = bias + at};
    fill_result(y, count);
    k->normalise_each(y, x + at, &each, count);
    kernel_normalise_each(expected, x + at, &each, count);
    check_same(y, expected, count);
    fill_result(y, count);
    k->backward_each(y, dy + at, x + at, &each, -0.1f, 0.2f, count);
    kernel_normalise_backward_each(expected, dy + at, x + at, &each, -0.1f, 0.2f, count);
    check_same(y, expected, count);
    fill_result(y, count);
    fill_result(slope, count);
    fill_result(expected, count);
    fill_result(expected_slope, count);
    k->add_products_each(sums, y, slope, dy + at, x + at, &each, count);
    kernel_add_products_each(expected_sums, expected, expected_slope, dy + at, x + at, &each,
                             count);
    check_same(y, expected, count);
    check_same(slope, expected_slope, count);
    check_sums(sums, expected_sums, count);
}

static void test_rows(void **state)
{
    (void)state;
    fill(x, 1);
    fill(dy, 2);
    fill(weight, 3);
    fill(bias, 4);
    for (const struct kernel_set *const *set = kernel_sets(); *set; set++) {
        for (size_t at = 0; at < SHIFTS; at++) {
            for (size_t count = 0; count <= MOST; count += count < 50 ? 1 : 31) {
                check_row((*set)->rows, at, count);
            }
        }
    }
}

// What the plain loops of layer norm say, by their definition in double.
static void test_plain(void **state)
{
    (void)state;
    enum { COUNT = 37 };
    float y[COUNT], dx[COUNT], weight_gradient[COUNT], bias_gradient[COUNT];
    double sums[2] = {0, 0};
    double expected[2] = {0, 0};
    fill(x, 1);
    fill(dy, 2);
    fill(weight, 3);
    fill(bias, 4);
    memset(weight_gradient, 0, sizeof weight_gradient);
    memset(bias_gradient, 0, sizeof bias_gradient);
    struct norm_each each = {.mean = 0.25f, .scale = 1.5f, .weight = weight, .bias = bias};
    norm_rows_plain.normalise_each(y, x, &each, COUNT);
    norm_rows_plain.backward_each(dx, dy, x, &each, 0.5f, 0.75f, COUNT);
    norm_rows_plain.add_products_each(sums, weight_gradient, bias_gradient, dy, x, &each, COUNT);
    for (size_t i = 0; i < COUNT; i++) {
        double away = (double)x[i] - 0.25;
        double g = (double)dy[i] * (double)weight[i];
        expected[0] += g;
        expected[1] += g * away;
        assert_true(fabs((double)y[i] - (away * 1.5 * (double)weight[i] + (double)bias[i])) < 1e-6);
        assert_true(fabs((double)dx[i] - 1.5 * (g - 0.5 - away * 0.75)) < 1e-6);
        assert_true(fabs((double)weight_gradient[i] - (double)dy[i] * away * 1.5) < 1e-6);
        assert_true(bias_gradient[i] == dy[i]);
    }
    assert_true(fabs(sums[0] - expected[0]) < 1e-6 && fabs(sums[1] - expected[1]) < 1e-6);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_rows),
        cmocka_unit_test(test_plain),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
