// Kernels and the convolution against plain definitions written out here.

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>

#include <cmocka.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "core/nn/kernels/convolution.h"
#include "core/nn/kernels/kernels.h"
#include "core/nn/shape.h"
#include "tests/unit/nn_fixture.h"

static real *numbers(size_t count, unsigned stream)
{
    real *x = malloc(count * sizeof *x);
    assert_non_null(x);
    for (size_t i = 0; i < count; i++) {
        x[i] = (real)fixture_uniform(stream, i);
    }
    return x;
}

// ---- elementwise ----

static void test_relu(void **state)
{
    (void)state;
    for (size_t count = 0; count < 40; count++) {
        real *x = numbers(count + 1, 31);
        real *dy = numbers(count + 1, 32);
        real y[41], dx[41];
        y[count] = dx[count] = 77;
        kernel_relu(y, x, count);
        kernel_relu_backward(dx, y, dy, count);
        for (size_t i = 0; i < count; i++) {
            assert_true(y[i] == (x[i] > 0 ? x[i] : 0));
            assert_true(dx[i] == (x[i] > 0 ? dy[i] : 0));
        }
        assert_true(y[count] == 77 && dx[count] == 77);
        free(x);
        free(dy);
    }
    real odd[] = {NAN, INFINITY, -INFINITY, 0};
    real y[4];
    kernel_relu(y, odd, 4);
    assert_true(isnan(y[0]) && y[1] == INFINITY && y[2] == 0 && y[3] == 0);
}

static void test_sum_and_finite(void **state)
{
    (void)state;
    for (size_t count = 0; count < 40; count++) {
        real *x = numbers(count + 1, 33);
        double expected = 0;
        for (size_t i = 0; i < count; i++) {
            expected += (double)x[i];
        }
        assert_true(fabs(kernel_sum(x, count) - expected) < 1e-13);
        assert_true(kernel_finite(x, count) == 0);
        for (size_t i = 0; i < count; i++) {
            real old = x[i];
            x[i] = i % 3 == 0 ? NAN : i % 3 == 1 ? INFINITY : -INFINITY;
            assert_true(kernel_finite(x, count) != 0);
            x[i] = old;
        }
        x[count] = NAN;
        assert_true(kernel_finite(x, count) == 0);
        free(x);
    }
}

static void test_pixels(void **state)
{
    (void)state;
    uint8_t rgb[3 * 256];
    real x[3 * 256];
    for (int i = 0; i < 256; i++) {
        rgb[3 * i] = (uint8_t)i;
        rgb[3 * i + 1] = (uint8_t)(255 - i);
        rgb[3 * i + 2] = (uint8_t)(i * 7);
    }
    kernel_pixels(x, rgb, 256);
    for (int i = 0; i < 256; i++) {
        // The nearest number to the quotient, which a product with 1/255 misses.
        assert_true(x[i] == (real)((double)i / 255));
        assert_true(x[256 + i] == (real)((double)(255 - i) / 255));
        assert_true(x[512 + i] == (real)((double)(i * 7 % 256) / 255));
    }
}

// ---- max pooling ----

static struct window pool_window(int height, int width, int size, int stride, int padding)
{
    struct window w = {
        .in = {height, width},
        .size = {size, size},
        .stride = {stride, stride},
        .padding = {padding, padding},
        .dilation = {1, 1},
    };
    w.out[0] = shape_window(height, size, stride, padding, 1);
    w.out[1] = shape_window(width, size, stride, padding, 1);
    return w;
}

static void check_pool(const struct window *w, int planes)
{
    size_t in = (size_t)planes * (size_t)w->in[0] * (size_t)w->in[1];
    size_t out = (size_t)planes * (size_t)w->out[0] * (size_t)w->out[1];
    real *x = numbers(in, 34);
    real *y = numbers(out, 0);
    int32_t *where = malloc(out * sizeof *where);
    assert_non_null(where);
    kernel_maxpool(y, where, x, w, planes);
    for (size_t i = 0; i < out; i++) {
        int ox = (int)(i % (size_t)w->out[1]);
        int oy = (int)(i / (size_t)w->out[1] % (size_t)w->out[0]);
        size_t plane = i / ((size_t)w->out[0] * (size_t)w->out[1]);
        const real *from = x + plane * (size_t)w->in[0] * (size_t)w->in[1];
        real best = -INFINITY;
        for (int iy = 0; iy < w->in[0]; iy++) {
            for (int ix = 0; ix < w->in[1]; ix++) {
                int ky = iy - (oy * w->stride[0] - w->padding[0]);
                int kx = ix - (ox * w->stride[1] - w->padding[1]);
                bool covered = ky >= 0 && ky < w->size[0] && kx >= 0 && kx < w->size[1];
                real value = from[iy * w->in[1] + ix];
                best = covered && value > best ? value : best;
            }
        }
        assert_true(y[i] == best);
        assert_true(from[where[i]] == best);
    }
    free(x);
    free(y);
    free(where);
}

static void test_maxpool(void **state)
{
    (void)state;
    struct window windows[] = {
        pool_window(8, 6, 2, 2, 0),   pool_window(9, 7, 2, 2, 0),  pool_window(2, 2, 2, 2, 0),
        pool_window(9, 7, 3, 2, 1),   pool_window(5, 5, 5, 1, 2),  pool_window(6, 8, 2, 1, 0),
        pool_window(10, 11, 2, 3, 1), pool_window(7, 9, 4, 5, 2),
    };
    for (size_t i = 0; i < sizeof windows / sizeof windows[0]; i++) {
        check_pool(&windows[i], 1);
        check_pool(&windows[i], 3);
    }
}

// Equal numbers: the first by rows has the gradient. NaN wins, the last of them.
static void test_maxpool_ties(void **state)
{
    (void)state;
    for (int general = 0; general < 2; general++) {
        // The same windows twice: by the special case, and (a bottom row and
        // column that floor mode drops change nothing) with padding 1 by the
        // general one, shifted.
        struct window w = general ? pool_window(2, 6, 3, 3, 1) : pool_window(2, 6, 2, 2, 0);
        real x[] = {1, 1, 0, 2, NAN, 5, 1, 1, 2, 2, 9, NAN};
        real y[3];
        int32_t where[3];
        kernel_maxpool(y, where, x, &w, 1);
        assert_true(y[0] == 1 && where[0] == 0);
        if (!general) {
            assert_true(y[1] == 2 && where[1] == 3);
            assert_true(isnan(y[2]) && where[2] == 11);
        } else {
            assert_true(isnan(y[1]) && where[1] == 4);
        }
        real dy[] = {3, 4, 5};
        real dx[12];
        kernel_maxpool_backward(dx, where, dy, &w, 1);
        assert_true(dx[0] == 3 && dx[1] == 0 && dx[6] == 0 && dx[7] == 0);
    }
}

// ---- convolution ----

static struct convolution make_conv(int channels, int outputs, int groups, struct window w)
{
    struct convolution c = {.channels = channels, .outputs = outputs, .groups = groups};
    for (int axis = 0; axis < 2; axis++) {
        w.out[axis] = shape_window(w.in[axis], w.size[axis], w.stride[axis], w.padding[axis],
                                   w.dilation[axis]);
        assert_true(w.out[axis] > 0);
    }
    c.window = w;
    return c;
}

// One output number by definition.
static double define(const struct convolution *c, const real *x, const real *weight, int k,
                     int oy, int ox)
{
    const struct window *w = &c->window;
    int per_group = c->channels / c->groups;
    int first = k / (c->outputs / c->groups) * per_group;
    double sum = 0;
    for (int ch = 0; ch < per_group; ch++) {
        for (int ky = 0; ky < w->size[0]; ky++) {
            for (int kx = 0; kx < w->size[1]; kx++) {
                int iy = oy * w->stride[0] - w->padding[0] + ky * w->dilation[0];
                int ix = ox * w->stride[1] - w->padding[1] + kx * w->dilation[1];
                if (iy >= 0 && iy < w->in[0] && ix >= 0 && ix < w->in[1]) {
                    int from = ((first + ch) * w->in[0] + iy) * w->in[1] + ix;
                    int by = ((k * per_group + ch) * w->size[0] + ky) * w->size[1] + kx;
                    sum += (double)x[from] * (double)weight[by];
                }
            }
        }
    }
    return sum;
}

static void check_conv(struct convolution c)
{
    const struct window *w = &c.window;
    size_t in = (size_t)c.channels * (size_t)w->in[0] * (size_t)w->in[1];
    size_t plane = (size_t)w->out[0] * (size_t)w->out[1];
    size_t out = (size_t)c.outputs * plane;
    size_t weights = (size_t)(c.outputs * (c.channels / c.groups) * w->size[0] * w->size[1]);
    void *scratch = malloc(convolution_plan(&c));
    real *x = numbers(in, 35);
    real *weight = numbers(weights, 36);
    real *bias = numbers((size_t)c.outputs, 37);
    real *y = numbers(out, 38);
    assert_non_null(scratch);
    for (int with_bias = 0; with_bias < 2; with_bias++) {
        convolution_forward(&c, y, x, weight, with_bias ? bias : NULL, scratch);
        for (size_t i = 0; i < out; i++) {
            int k = (int)(i / plane);
            int oy = (int)(i % plane) / w->out[1];
            int ox = (int)(i % plane) % w->out[1];
            double expected = define(&c, x, weight, k, oy, ox)
                            + (with_bias ? (double)bias[k] : 0);
            assert_true(fabs((double)y[i] - expected) < 2e-5);
        }
    }
    free(scratch);
    free(x);
    free(weight);
    free(bias);
    free(y);
}

static void test_convolution(void **state)
{
    (void)state;
    check_conv(make_conv(3, 8, 1, (struct window){.in = {64, 64}, .size = {7, 7},
                                                  .stride = {1, 1}, .dilation = {1, 1}}));
    check_conv(make_conv(8, 16, 1, (struct window){.in = {29, 29}, .size = {7, 7},
                                                   .stride = {1, 1}, .dilation = {1, 1}}));
    check_conv(make_conv(4, 6, 2, (struct window){.in = {9, 14}, .size = {3, 2},
                                                  .stride = {2, 3}, .padding = {2, 1},
                                                  .dilation = {1, 2}}));
    check_conv(make_conv(1, 1, 1, (struct window){.in = {1, 1}, .size = {3, 3}, .stride = {1, 1},
                                                  .padding = {4, 4}, .dilation = {1, 1}}));
    check_conv(make_conv(2, 3, 1, (struct window){.in = {5, 4}, .size = {2, 2}, .stride = {7, 7},
                                                  .padding = {3, 3}, .dilation = {3, 3}}));
    // One output row is more than a strip should hold.
    check_conv(make_conv(16, 2, 1, (struct window){.in = {4, 600}, .size = {3, 3},
                                                   .stride = {1, 1}, .padding = {1, 1},
                                                   .dilation = {1, 1}}));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_relu),         cmocka_unit_test(test_sum_and_finite),
        cmocka_unit_test(test_pixels),       cmocka_unit_test(test_maxpool),
        cmocka_unit_test(test_maxpool_ties), cmocka_unit_test(test_convolution),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
