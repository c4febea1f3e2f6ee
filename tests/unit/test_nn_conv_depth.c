// The depthwise convolution of every instruction set, against its definition in
// double: many shapes, with guards around all that is written.

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>

#include <cmocka.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "core/nn/kernels/kernel_set.h"
#include "core/nn/shape.h"
#include "tests/unit/nn_fixture.h"

enum { BLOCK = CONV_DEPTH_BLOCK, GUARD = 16, CASES = 300 };

static const float UNTOUCHED = 77;

// Sums of up to some hundred products of numbers below 1.
static const double BOUND = 1e-4;

// Blocks of channels, with guards behind them; where `stream` is 0, all NaN, so that
// what is not written shows.
static float *blocks_new(int channels, const int size[2], unsigned stream)
{
    size_t pixels = (size_t)size[0] * (size_t)size[1];
    size_t count = (size_t)(channels + BLOCK - 1) / BLOCK * BLOCK * pixels;
    float *x = malloc((count + GUARD) * sizeof *x);
    assert_non_null(x);
    for (size_t i = 0; i < count; i++) {
        bool exists = i / (pixels * BLOCK) * BLOCK + i % BLOCK < (size_t)channels;
        x[i] = stream == 0 ? NAN : exists ? (float)fixture_uniform(stream, i) : 0;
    }
    for (size_t i = count; i < count + GUARD; i++) {
        x[i] = UNTOUCHED;
    }
    return x;
}

static void blocks_free(float *x, int channels, const int size[2])
{
    size_t count = (size_t)(channels + BLOCK - 1) / BLOCK * BLOCK * (size_t)size[0]
                 * (size_t)size[1];
    for (size_t i = count; i < count + GUARD; i++) {
        assert_true(x[i] == UNTOUCHED);
    }
    free(x);
}

static float *table_new(size_t count, bool zero)
{
    float *table = malloc((count + GUARD) * sizeof *table);
    assert_non_null(table);
    for (size_t i = 0; i < count + GUARD; i++) {
        table[i] = i >= count ? UNTOUCHED : zero ? 0 : NAN;
    }
    return table;
}

static void table_free(float *table, size_t count)
{
    for (size_t i = count; i < count + GUARD; i++) {
        assert_true(table[i] == UNTOUCHED);
    }
    free(table);
}

static size_t at(const int size[2], int c, int y, int x)
{
    return (((size_t)(c / BLOCK) * (size_t)size[0] + (size_t)y) * (size_t)size[1] + (size_t)x)
         * BLOCK + (size_t)(c % BLOCK);
}

// What the definition says of one channel.
struct definition {
    double out[40 * 40];
    double in_gradient[40 * 40];
    double weight_gradient[64];
    double bias_gradient;
};

static void define(struct definition *d, const struct conv_depth_shape *s, int c,
                   const float *in, const float *out_gradient, const float *weights, float bias)
{
    const struct window *w = &s->window;
    *d = (struct definition){.bias_gradient = 0};
    for (int oy = 0; oy < w->out[0]; oy++) {
        for (int ox = 0; ox < w->out[1]; ox++) {
            double sum = (double)bias;
            double g = (double)out_gradient[at(w->out, c, oy, ox)];
            d->bias_gradient += g;
            for (int t = 0; t < w->size[0] * w->size[1]; t++) {
                int y = window_place(w, 0, oy, t / w->size[1]);
                int x = window_place(w, 1, ox, t % w->size[1]);
                if (y >= 0 && y < w->in[0] && x >= 0 && x < w->in[1]) {
                    double v = (double)in[at(w->in, c, y, x)];
                    sum += v * (double)weights[t];
                    d->weight_gradient[t] += v * g;
                    d->in_gradient[y * w->in[1] + x] += g * (double)weights[t];
                }
            }
            d->out[oy * w->out[1] + ox] = sum;
        }
    }
}

static void check_plane(const float *x, const int size[2], int c, const double *expected)
{
    for (int i = 0; i < size[0] * size[1]; i++) {
        double v = (double)x[at(size, c, i / size[1], i % size[1])];
        assert_true(fabs(v - expected[i]) < BOUND);
    }
}

static void check(const struct kernel_set *set, const struct conv_depth_shape *s, bool with_bias)
{
    static struct definition d;
    const struct window *w = &s->window;
    int taps = w->size[0] * w->size[1];
    size_t count = conv_depth_table(s);
    float *in = blocks_new(s->channels, w->in, 1);
    float *out_gradient = blocks_new(s->channels, w->out, 2);
    float *out = blocks_new(s->channels, w->out, 0);
    float *in_gradient = blocks_new(s->channels, w->in, 0);
    float *table = table_new(count, false);
    float *sums = table_new(count, true);
    float weights[20 * 64], weight_gradient[20 * 64], bias[20], bias_gradient[20];
    for (int i = 0; i < s->channels * taps; i++) {
        weights[i] = (float)fixture_uniform(3, (uint64_t)i);
        weight_gradient[i] = 1;
    }
    for (int c = 0; c < s->channels; c++) {
        bias[c] = with_bias ? (float)fixture_uniform(4, (uint64_t)c) : 0;
        bias_gradient[c] = 2;
    }
    conv_depth_prepare(s, table, weights, with_bias ? bias : NULL);
    set->depth->forward(s, out, in, table);
    set->depth->data_gradient(s, in_gradient, out_gradient, table);
    set->depth->weight_gradient(s, sums, in, out_gradient);
    set->depth->weight_gradient(s, sums, in, out_gradient); // adds
    conv_depth_add_sums(s, weight_gradient, with_bias ? bias_gradient : NULL, sums);
    for (int c = 0; c < s->channels; c++) {
        define(&d, s, c, in, out_gradient, weights + c * taps, bias[c]);
        check_plane(out, w->out, c, d.out);
        check_plane(in_gradient, w->in, c, d.in_gradient);
        for (int t = 0; t < taps; t++) {
            double v = (double)weight_gradient[c * taps + t];
            assert_true(fabs(v - 1 - 2 * d.weight_gradient[t]) < BOUND);
        }
        double expected = with_bias ? 2 + 2 * d.bias_gradient : 2;
        assert_true(fabs((double)bias_gradient[c] - expected) < BOUND);
    }
    table_free(table, count);
    table_free(sums, count);
    blocks_free(in, s->channels, w->in);
    blocks_free(out, s->channels, w->out);
    blocks_free(in_gradient, s->channels, w->in);
    blocks_free(out_gradient, s->channels, w->out);
}

static void test_shapes(void **state)
{
    (void)state;
    for (const struct kernel_set *const *set = kernel_sets(); *set; set++) {
        int done = 0;
        for (uint64_t i = 0; done < CASES; i++) {
            struct conv_depth_shape s = {.channels = 1 + (int)(fixture_hash(60, i) % 20)};
            struct window *w = &s.window;
            bool fits = true;
            for (int axis = 0; axis < 2; axis++) {
                uint64_t r = fixture_hash(61, 2 * i + (uint64_t)axis);
                w->in[axis] = 1 + (int)(r % 27);
                w->size[axis] = 1 + (int)(r / 32 % 7);
                w->stride[axis] = r / 256 % 2 ? 1 : 1 + (int)(r / 512 % 5);
                w->padding[axis] = (int)(r / 4096 % 5);
                w->dilation[axis] = r / 65536 % 2 ? 1 : 1 + (int)(r / 131072 % 3);
                w->out[axis] = shape_window(w->in[axis], w->size[axis], w->stride[axis],
                                            w->padding[axis], w->dilation[axis]);
                fits = fits && w->out[axis] > 0;
            }
            if (fits) {
                check(*set, &s, i % 2);
                done++;
            }
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_shapes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
