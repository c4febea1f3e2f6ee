// The kernels for values in blocks of channels, and those of single numbers,
// of every instruction set, against the plain ones.

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>

#include <cmocka.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "core/nn/kernels/kernel_set.h"
#include "core/nn/kernels/kernels.h"
#include "core/nn/kernels/kernels_norm.h"
#include "core/nn/shape.h"
#include "tests/unit/nn_fixture.h"

enum { BLOCK = 8, MOST = 300, END = 8 };

static const float UNTOUCHED = 77;

// Numbers of both signs, zeros and NaN among them; behind them what nobody may
// change.
static void fill(float *x, size_t count, unsigned stream, bool odd)
{
    for (size_t i = 0; i < count; i++) {
        uint64_t kind = odd ? fixture_hash(stream + 100, i) % 16 : 9;
        x[i] = kind == 0 ? 0 : kind == 1 ? -0.0f : kind == 2 ? NAN
             : (float)fixture_uniform(stream, i);
    }
    for (size_t i = count; i < count + END; i++) {
        x[i] = UNTOUCHED;
    }
}

static void check_end(const float *x, size_t count)
{
    for (size_t i = count; i < count + END; i++) {
        assert_true(x[i] == UNTOUCHED);
    }
}

// The same bits, or both no number.
static void check_same(const float *x, const float *expected, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        assert_true(memcmp(&x[i], &expected[i], sizeof *x) == 0
                    || (isnan(x[i]) && isnan(expected[i])));
    }
    check_end(x, count);
}

// ---- single numbers ----

static void test_elements(void **state)
{
    (void)state;
    static float a[MOST + END], b[MOST + END], y[MOST + END], expected[MOST + END];
    for (const struct kernel_set *const *set = kernel_sets(); *set; set++) {
        const struct element_kernels *k = (*set)->elements;
        for (size_t count = 0; count < 40; count++) {
            fill(a, count, 1, true);
            fill(b, count, 2, true);
            fill(y, count, 3, false);
            k->relu(y, a, count);
            kernel_relu(expected, a, count);
            check_same(y, expected, count);
            k->relu_backward(y, a, b, count);
            kernel_relu_backward(expected, a, b, count);
            check_same(y, expected, count);
            memcpy(expected, a, count * sizeof *a);
            kernel_add(expected, b, count);
            k->add(y, a, b, false, count);
            check_same(y, expected, count);
            kernel_relu(expected, y, count);
            k->add(a, a, b, true, count); // in place
            check_same(a, expected, count);
        }
    }
}

// ---- batch norm ----

// Channel c of a block, by itself.
static void take(float *plane, const float *block, size_t c, size_t pixels)
{
    for (size_t i = 0; i < pixels; i++) {
        plane[i] = block[i * BLOCK + c];
    }
}

static void check_norm_channel(const struct norm_kernels *k, const struct norm_block *n,
                               const float *x, const float *dy, size_t c, size_t pixels,
                               bool relu)
{
    static float y[BLOCK * MOST + END], dx[BLOCK * MOST + END];
    float plane[MOST], gradient[MOST], stopped[MOST];
    float normed[MOST], rectified[MOST], expected[MOST];
    double sums[2 * BLOCK] = {0};
    double products[2 * BLOCK] = {0};
    double expected_sums[2] = {1, 2};
    double expected_products[2] = {3, 4};
    sums[2 * c] = 1;
    sums[2 * c + 1] = 2;
    products[2 * c] = 3;
    products[2 * c + 1] = 4;
    fill(y, BLOCK * pixels, 5, false);
    fill(dx, BLOCK * pixels, 5, false);
    k->add_moments(sums, x, pixels);
    k->forward(y, x, n, relu, pixels);
    k->add_products(products, dy, x, n, relu, pixels);
    k->backward(dx, dy, x, n, relu, pixels);
    check_end(y, BLOCK * pixels);
    check_end(dx, BLOCK * pixels);

    take(plane, x, c, pixels);
    take(gradient, dy, c, pixels);
    kernel_add_moments(expected_sums, plane, pixels);
    kernel_normalise(normed, plane, n->mean[c], n->scale[c], n->shift[c], pixels);
    kernel_relu_backward(stopped, normed, gradient, pixels);
    kernel_relu(rectified, normed, pixels);
    const float *g = relu ? stopped : gradient;
    kernel_add_products(expected_products, g, plane, n->mean[c], pixels);
    kernel_normalise_backward(expected, g, plane, n->mean[c], n->scale[c], n->offset[c],
                              n->slope[c], pixels);
    for (size_t i = 0; i < pixels; i++) {
        // The same steps: the same bits.
        assert_true(y[i * BLOCK + c] == (relu ? rectified : normed)[i]);
        assert_true(dx[i * BLOCK + c] == expected[i]);
    }
    for (size_t i = 0; i < 2; i++) { // doubles in another order
        assert_true(fabs(sums[2 * c + i] - expected_sums[i]) < 1e-12 * (double)pixels);
        assert_true(fabs(products[2 * c + i] - expected_products[i]) < 1e-12 * (double)pixels);
    }
}

static void test_norm(void **state)
{
    (void)state;
    static float x[BLOCK * MOST + END], dy[BLOCK * MOST + END];
    for (const struct kernel_set *const *set = kernel_sets(); *set; set++) {
        for (size_t pixels = 1; pixels <= MOST; pixels += pixels < 20 ? 1 : 93) {
            struct norm_block n;
            for (size_t c = 0; c < BLOCK; c++) {
                n.mean[c] = (float)fixture_uniform(11, c) / 4;
                n.scale[c] = (float)fixture_uniform(12, c) * 2;
                n.shift[c] = (float)fixture_uniform(13, c) / 4;
                n.offset[c] = (float)fixture_uniform(14, c) / 8;
                n.slope[c] = (float)fixture_uniform(15, c);
            }
            fill(x, BLOCK * pixels, 16, false);
            fill(dy, BLOCK * pixels, 17, false);
            for (size_t c = 0; c < BLOCK; c++) {
                check_norm_channel((*set)->norm, &n, x, dy, c, pixels, pixels % 2);
                check_norm_channel((*set)->norm, &n, x, dy, c, pixels, pixels % 2 == 0);
            }
        }
    }
}

// A relu behind the norm lets NaN through, and its gradient.
static void test_norm_not_a_number(void **state)
{
    (void)state;
    for (const struct kernel_set *const *set = kernel_sets(); *set; set++) {
        struct norm_block n = {.scale = {1, 1, 1, 1, 1, 1, 1, 1}};
        float x[BLOCK] = {NAN, -1, 1};
        float dy[BLOCK] = {1, 1, 1};
        float y[BLOCK];
        double sums[2 * BLOCK] = {0};
        (*set)->norm->forward(y, x, &n, true, 1);
        (*set)->norm->add_products(sums, dy, x, &n, true, 1);
        assert_true(isnan(y[0]) && y[1] == 0 && y[2] == 1);
        assert_true(sums[0] == 1 && isnan(sums[1]) && sums[2] == 0 && sums[4] == 1);
    }
}

// ---- pooling ----

static void check_max(const struct pool_kernels *k, const struct window *w)
{
    enum { PLANE = 20 * 20 };
    static float x[BLOCK * PLANE + END], y[BLOCK * PLANE + END], dx[BLOCK * PLANE + END];
    static float dy[BLOCK * PLANE + END];
    static int32_t where[BLOCK * PLANE], expected_where[PLANE];
    float plane[PLANE], gradient[PLANE], expected[PLANE], expected_dx[PLANE];
    size_t in = (size_t)(w->in[0] * w->in[1]);
    size_t out = (size_t)(w->out[0] * w->out[1]);
    fill(x, BLOCK * in, 21, true);
    fill(dy, BLOCK * out, 22, false);
    fill(y, BLOCK * out, 23, false);
    fill(dx, BLOCK * in, 23, false);
    for (size_t i = 0; i < BLOCK * in; i += 3) {
        x[i] = roundf(4 * x[i]) / 4; // ties
    }
    k->max(y, where, x, w);
    k->max_backward(dx, where, dy, w);
    check_end(y, BLOCK * out);
    check_end(dx, BLOCK * in);
    for (size_t c = 0; c < BLOCK; c++) {
        take(plane, x, c, in);
        take(gradient, dy, c, out);
        kernel_maxpool(expected, expected_where, plane, w, 1);
        kernel_maxpool_backward(expected_dx, expected_where, gradient, w, 1);
        for (size_t i = 0; i < out; i++) {
            assert_int_equal(where[i * BLOCK + c], expected_where[i]);
            assert_true(y[i * BLOCK + c] == expected[i]
                        || (isnan(expected[i]) && isnan(y[i * BLOCK + c])));
        }
        for (size_t i = 0; i < in; i++) {
            assert_true(dx[i * BLOCK + c] == expected_dx[i]);
        }
    }
}

// What the places of a window have in common with the plane, by its definition.
static double mean_of(const float *x, const struct window *w, int oy, int ox, size_t c,
                      bool count_padding)
{
    double sum = 0;
    double count = 0;
    for (int ky = 0; ky < w->size[0]; ky++) {
        for (int kx = 0; kx < w->size[1]; kx++) {
            int iy = window_place(w, 0, oy, ky);
            int ix = window_place(w, 1, ox, kx);
            bool is_inside = iy >= 0 && ix >= 0 && iy < w->in[0] && ix < w->in[1];
            sum += is_inside ? (double)x[(size_t)(iy * w->in[1] + ix) * BLOCK + c] : 0;
            count += is_inside || count_padding;
        }
    }
    return sum / count;
}

static void check_mean(const struct pool_kernels *k, const struct window *w, bool count_padding)
{
    enum { PLANE = 20 * 20 };
    static float x[BLOCK * PLANE + END], y[BLOCK * PLANE + END], dx[BLOCK * PLANE + END];
    static float dy[BLOCK * PLANE + END];
    size_t in = (size_t)(w->in[0] * w->in[1]);
    size_t out = (size_t)(w->out[0] * w->out[1]);
    fill(x, BLOCK * in, 31, false);
    fill(dy, BLOCK * out, 32, false);
    fill(y, BLOCK * out, 33, false);
    fill(dx, BLOCK * in, 33, false);
    k->mean(y, x, w, count_padding);
    k->mean_backward(dx, dy, w, count_padding);
    check_end(y, BLOCK * out);
    check_end(dx, BLOCK * in);
    for (size_t c = 0; c < BLOCK; c++) {
        // The gradient is the transpose: <dy, mean(x)> = <dx, x>.
        double forward = 0;
        double backward = 0;
        for (size_t i = 0; i < out; i++) {
            int oy = (int)i / w->out[1];
            int ox = (int)i % w->out[1];
            double expected = mean_of(x, w, oy, ox, c, count_padding);
            assert_true(fabs((double)y[i * BLOCK + c] - expected) < 1e-6);
            forward += expected * (double)dy[i * BLOCK + c];
        }
        for (size_t i = 0; i < in; i++) {
            backward += (double)dx[i * BLOCK + c] * (double)x[i * BLOCK + c];
        }
        assert_true(fabs(forward - backward) < 1e-6 * (1 + fabs(forward)));
    }
}

static void test_pools(void **state)
{
    (void)state;
    for (const struct kernel_set *const *set = kernel_sets(); *set; set++) {
        for (int i = 0; i < 200; i++) {
            struct window w = {.dilation = {1, 1}};
            for (int axis = 0; axis < 2; axis++) {
                uint64_t r = fixture_hash(41, (uint64_t)(2 * i + axis));
                w.size[axis] = 1 + (int)(r % 4);
                w.stride[axis] = 1 + (int)(r / 4 % 3);
                w.padding[axis] = (int)(r / 12 % (uint64_t)(w.size[axis] / 2 + 1));
                w.dilation[axis] = i % 2 ? 1 + (int)(r / 100 % 3) : 1;
                w.in[axis] = 10 + (int)(r / 1000 % 9);
                w.out[axis] = shape_window(w.in[axis], w.size[axis], w.stride[axis],
                                           w.padding[axis], w.dilation[axis]);
            }
            check_max((*set)->pool, &w);
            w.dilation[0] = w.dilation[1] = 1;
            for (int axis = 0; axis < 2; axis++) {
                w.out[axis] = shape_window(w.in[axis], w.size[axis], w.stride[axis],
                                           w.padding[axis], 1);
            }
            check_mean((*set)->pool, &w, i % 4 < 2);
        }
        check_mean((*set)->pool, &(struct window){{19, 17}, {1, 1}, {19, 17}, {1, 1}, {0, 0},
                                                  {1, 1}}, true);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_elements),
        cmocka_unit_test(test_norm),
        cmocka_unit_test(test_norm_not_a_number),
        cmocka_unit_test(test_pools),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
