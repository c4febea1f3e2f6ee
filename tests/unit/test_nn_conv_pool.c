// The fused convolution, relu and pooling of every instruction set, against
// its definition in double: many shapes, with guards around all that is written.

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>

#include <cmocka.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "core/nn/kernels/kernel_set.h"
#include "tests/unit/nn_fixture.h"

enum { BLOCK = CONV_POOL_BLOCK, GUARD = 64, CANARY = 0x5a };

// Relative L2 errors. Winograd's with seven taps are the largest, as its
// transforms have the largest numbers: 2.3e-6 over all shapes here without a
// fused multiply and add, 1.6e-6 with it. Gradients are plain sums of up to
// some thousand products.
static const double FORWARD_BOUND = 3e-6;
static const double GRADIENT_BOUND = 1e-6;

// Two places of a window nearer than this, or a winner nearer to zero, may be
// decided either way in float: such a window gets no gradient.
static const double AMBIGUOUS = 1e-4;

// ---- memory with guards ----

struct guarded {
    unsigned char *base;
    size_t bytes;
};

static void *guarded_new(struct guarded *g, size_t bytes, unsigned char fill)
{
    g->bytes = bytes;
    size_t all = (bytes + 2 * GUARD + 63) / 64 * 64 + 64;
    g->base = aligned_alloc(64, all);
    assert_non_null(g->base);
    memset(g->base, CANARY, all);
    memset(g->base + GUARD, fill, bytes);
    return g->base + GUARD;
}

static void guarded_free(struct guarded *g)
{
    for (size_t i = 0; i < GUARD; i++) {
        assert_int_equal(g->base[i], CANARY);
        assert_int_equal(g->base[GUARD + g->bytes + i], CANARY);
    }
    free(g->base);
}

// ---- one case ----

struct arrays {
    struct conv_pool_shape shape;
    struct conv_pool_plan plan;
    const struct conv_pool_kernels *kernels;
    float *in;
    float *weights;
    float *bias;
    float *out;
    float *out_gradient;
    float *in_gradient;
    float *weight_gradient;
    float *bias_gradient;
    float *prepared;
    float *scratch;
    uint8_t *saved;
    struct guarded guards[12];
    int guard_count;
    size_t in_size;
    size_t out_size;
    size_t weight_size;
};

static void *add(struct arrays *a, size_t bytes, unsigned char fill)
{
    return guarded_new(&a->guards[a->guard_count++], bytes, fill);
}

static size_t in_at(const struct arrays *a, int c, int y, int x)
{
    const struct conv_pool_shape *s = &a->shape;
    size_t plane = (size_t)s->in[0] * (size_t)s->in[1];
    size_t pixel = (size_t)y * (size_t)s->in[1] + (size_t)x;
    return s->planar ? (size_t)c * plane + pixel
                     : ((size_t)(c / BLOCK) * plane + pixel) * BLOCK + (size_t)(c % BLOCK);
}

static size_t out_at(const struct arrays *a, int o, int y, int x)
{
    const int *n = a->shape.pooled;
    return ((size_t)(o / BLOCK * n[0] + y) * (size_t)n[1] + (size_t)x) * BLOCK
         + (size_t)(o % BLOCK);
}

static size_t weight_at(const struct arrays *a, int o, int c, int y, int x)
{
    const struct conv_pool_shape *s = &a->shape;
    return ((size_t)(o * s->channels + c) * (size_t)s->size[0] + (size_t)y)
         * (size_t)s->size[1] + (size_t)x;
}

static void arrays_new(struct arrays *a, const struct conv_pool_shape *shape,
                       const struct kernel_set *set, bool with_bias)
{
    *a = (struct arrays){.shape = *shape};
    assert_true(conv_pool_can(shape));
    conv_pool_plan(&a->plan, shape);
    a->kernels = shape->planar ? set->planar : set->blocked;
    size_t channels = (size_t)(shape->planar ? shape->channels : a->plan.in_blocks * BLOCK);
    a->in_size = channels * (size_t)shape->in[0] * (size_t)shape->in[1];
    a->out_size = (size_t)a->plan.out_blocks * BLOCK * (size_t)shape->pooled[0]
                * (size_t)shape->pooled[1];
    a->weight_size = (size_t)shape->outputs * (size_t)shape->channels * (size_t)shape->size[0]
                   * (size_t)shape->size[1];
    a->in = add(a, a->in_size * sizeof(float), 0);
    a->weights = add(a, a->weight_size * sizeof(float), 0);
    a->bias = add(a, (size_t)shape->outputs * sizeof(float), 0);
    // All ones is NaN: what is not written, or read before it is, shows.
    a->out = add(a, a->out_size * sizeof(float), 0xff);
    a->out_gradient = add(a, a->out_size * sizeof(float), 0);
    a->in_gradient = add(a, a->in_size * sizeof(float), 0xff);
    a->weight_gradient = add(a, a->weight_size * sizeof(float), 0);
    a->bias_gradient = add(a, (size_t)shape->outputs * sizeof(float), 0);
    a->prepared = add(a, a->plan.prepared_bytes, 0xff);
    a->scratch = add(a, a->plan.scratch_bytes, 0xff);
    a->saved = add(a, a->plan.saved_bytes, 0xff);
    double bound = 1 / sqrt(shape->channels * shape->size[0] * shape->size[1]);
    for (size_t i = 0; i < a->weight_size; i++) {
        a->weights[i] = (float)(bound * fixture_uniform(1, i));
    }
    for (int o = 0; o < shape->outputs; o++) {
        a->bias[o] = (float)(0.3 * fixture_uniform(2, (uint64_t)o));
    }
    uint64_t n = 0;
    for (int c = 0; c < shape->channels; c++) {
        for (int y = 0; y < shape->in[0]; y++) {
            for (int x = 0; x < shape->in[1]; x++) {
                a->in[in_at(a, c, y, x)] = (float)fixture_uniform(3, n++);
            }
        }
    }
    conv_pool_prepare(&a->plan, a->prepared, a->weights, with_bias ? a->bias : NULL);
}

static void arrays_free(struct arrays *a)
{
    for (int i = 0; i < a->guard_count; i++) {
        guarded_free(&a->guards[i]);
    }
}

// ---- the definition ----

static bool in_place(const struct arrays *a, int *y, int *x)
{
    *y -= a->shape.padding[0];
    *x -= a->shape.padding[1];
    return *y >= 0 && *x >= 0 && *y < a->shape.in[0] && *x < a->shape.in[1];
}

static double convolve(const struct arrays *a, int o, int y, int x, bool with_bias)
{
    const struct conv_pool_shape *s = &a->shape;
    double sum = with_bias ? (double)a->bias[o] : 0;
    for (int c = 0; c < s->channels; c++) {
        for (int ky = 0; ky < s->size[0]; ky++) {
            for (int kx = 0; kx < s->size[1]; kx++) {
                int iy = y + ky;
                int ix = x + kx;
                if (in_place(a, &iy, &ix)) {
                    sum += (double)a->in[in_at(a, c, iy, ix)]
                         * (double)a->weights[weight_at(a, o, c, ky, kx)];
                }
            }
        }
    }
    return sum;
}

struct expected {
    double *out;
    double *in_gradient;
    double *weight_gradient;
    double *bias_gradient;
    int alive;
    int ambiguous;
};

// The winner of a window takes its gradient back.
static void back(const struct arrays *a, struct expected *e, int o, int y, int x, double g)
{
    const struct conv_pool_shape *s = &a->shape;
    e->bias_gradient[o] += g;
    for (int c = 0; c < s->channels; c++) {
        for (int ky = 0; ky < s->size[0]; ky++) {
            for (int kx = 0; kx < s->size[1]; kx++) {
                int iy = y + ky;
                int ix = x + kx;
                if (in_place(a, &iy, &ix)) {
                    size_t w = weight_at(a, o, c, ky, kx);
                    size_t at = in_at(a, c, iy, ix);
                    e->weight_gradient[w] += g * (double)a->in[at];
                    e->in_gradient[at] += g * (double)a->weights[w];
                }
            }
        }
    }
}

static void expect_window(struct arrays *a, struct expected *e, int o, int y, int x,
                          bool with_bias)
{
    double best = -INFINITY;
    double second = -INFINITY;
    int winner = 0;
    for (int k = 0; k < 4; k++) {
        double v = convolve(a, o, 2 * y + k / 2, 2 * x + k % 2, with_bias);
        if (v > best) {
            second = best;
            best = v;
            winner = k;
        } else if (v > second) {
            second = v;
        }
    }
    size_t at = out_at(a, o, y, x);
    e->out[at] = best > 0 ? best : 0;
    bool ambiguous = best - second < AMBIGUOUS || fabs(best) < AMBIGUOUS;
    e->ambiguous += ambiguous;
    a->out_gradient[at] = ambiguous ? 0 : (float)fixture_uniform(4, at);
    if (best > 0) {
        e->alive++;
        back(a, e, o, 2 * y + winner / 2, 2 * x + winner % 2, (double)a->out_gradient[at]);
    }
}

static double *zeros(size_t count)
{
    double *x = calloc(count, sizeof *x);
    assert_non_null(x);
    return x;
}

static struct expected expect(struct arrays *a, bool with_bias)
{
    struct expected e = {
        .out = zeros(a->out_size),
        .in_gradient = zeros(a->in_size),
        .weight_gradient = zeros(a->weight_size),
        .bias_gradient = zeros((size_t)a->shape.outputs),
    };
    for (int o = 0; o < a->shape.outputs; o++) {
        for (int y = 0; y < a->shape.pooled[0]; y++) {
            for (int x = 0; x < a->shape.pooled[1]; x++) {
                expect_window(a, &e, o, y, x, with_bias);
            }
        }
    }
    return e;
}

static void expected_free(struct expected *e)
{
    free(e->out);
    free(e->in_gradient);
    free(e->weight_gradient);
    free(e->bias_gradient);
}

static double error_of(const float *x, const double *expected, size_t count)
{
    double error = 0;
    double norm = 0;
    for (size_t i = 0; i < count; i++) {
        double d = (double)x[i] - expected[i];
        error += d * d;
        norm += expected[i] * expected[i];
    }
    return error == 0 ? 0 : sqrt(error / norm);
}

static void check(const char *what, const struct arrays *a, const struct kernel_set *set,
                  const float *x, const double *expected, size_t count, double bound)
{
    double error = error_of(x, expected, count);
    if (!(error <= bound)) {
        const struct conv_pool_shape *s = &a->shape;
        fail_msg("%s, set %s, %s %dx%dx%d, kernel %dx%dx%d, padding %dx%d, windows %dx%d: error "
                 "%.2g, bound %.2g", what, set->name, s->planar ? "planes" : "blocks",
                 s->channels, s->in[0], s->in[1], s->size[0], s->size[1], s->outputs,
                 s->padding[0], s->padding[1], s->pooled[0], s->pooled[1], error, bound);
    }
}

static void run_backward(struct arrays *a, int times)
{
    memset(a->scratch, 0, a->plan.stage_at * sizeof(float));
    for (int i = 0; i < times; i++) {
        a->kernels->weight_gradient(&a->plan, a->in, a->out_gradient, a->saved, a->scratch);
        if (a->kernels->data_gradient) {
            a->kernels->data_gradient(&a->plan, a->in_gradient, a->out_gradient, a->saved,
                                      a->prepared, a->scratch);
        }
    }
}

// Returns the share of windows that were alive and clear.
static double run_case(const struct conv_pool_shape *shape, const struct kernel_set *set,
                       bool with_bias)
{
    struct arrays a;
    arrays_new(&a, shape, set, with_bias);
    struct expected e = expect(&a, with_bias);
    a.kernels->forward(&a.plan, a.out, a.saved, a.in, a.prepared, a.scratch);
    check("output", &a, set, a.out, e.out, a.out_size, FORWARD_BOUND);
    // Two images, as in a block of them, on top of what is there already.
    run_backward(&a, 2);
    conv_pool_add_sums(&a.plan, a.weight_gradient, a.bias_gradient, a.scratch);
    for (size_t i = 0; i < a.weight_size; i++) {
        a.weight_gradient[i] /= 2;
    }
    for (int o = 0; o < shape->outputs; o++) {
        a.bias_gradient[o] /= 2;
    }
    check("weight gradient", &a, set, a.weight_gradient, e.weight_gradient, a.weight_size,
          GRADIENT_BOUND);
    check("bias gradient", &a, set, a.bias_gradient, e.bias_gradient, (size_t)shape->outputs,
          GRADIENT_BOUND);
    if (a.kernels->data_gradient) {
        check("data gradient", &a, set, a.in_gradient, e.in_gradient, a.in_size, GRADIENT_BOUND);
    }
    // Adding on top of gradients, and no bias.
    conv_pool_add_sums(&a.plan, a.weight_gradient, NULL, a.scratch);
    for (size_t i = 0; i < a.weight_size; i++) {
        a.weight_gradient[i] /= 3;
    }
    check("sum of gradients", &a, set, a.weight_gradient, e.weight_gradient, a.weight_size,
          GRADIENT_BOUND);
    double clear = e.alive - e.ambiguous;
    double windows = (double)shape->outputs * shape->pooled[0] * shape->pooled[1];
    expected_free(&e);
    arrays_free(&a);
    return clear / windows;
}

static void for_all_sets(const struct conv_pool_shape *shape)
{
    for (const struct kernel_set *const *set = kernel_sets(); *set; set++) {
        run_case(shape, *set, true);
    }
}

// ---- tests ----

// The shapes of the tutorial's network, and that most of the work is there.
static void test_tutorial(void **state)
{
    (void)state;
    const struct conv_pool_shape shapes[] = {
        {3, 8, {64, 64}, {7, 7}, {0, 0}, {28, 28}, true},
        {8, 16, {28, 28}, {7, 7}, {0, 0}, {11, 11}, false},
    };
    for (const struct kernel_set *const *set = kernel_sets(); *set; set++) {
        for (size_t i = 0; i < sizeof shapes / sizeof shapes[0]; i++) {
            assert_true(run_case(&shapes[i], *set, true) > 0.4);
        }
    }
}

// Every number of windows in a row, so every tail; with and without the last
// column of the input being read.
static void test_widths(void **state)
{
    (void)state;
    for (int width = 1; width <= 36; width++) {
        for (int taps = 3; taps <= 7; taps += 2) {
            int in = 2 * width + taps - 1 + width % 3;
            for_all_sets(&(struct conv_pool_shape){
                3, 4, {5 + taps, in}, {taps, taps}, {0, 0}, {3, width}, true});
            for_all_sets(&(struct conv_pool_shape){
                8, 8, {5 + taps, in}, {taps, taps}, {0, 0}, {3, width}, false});
        }
    }
}

static void test_heights(void **state)
{
    (void)state;
    for (int height = 1; height <= 20; height++) {
        for_all_sets(&(struct conv_pool_shape){
            2, 8, {2 * height + 5, 12}, {5, 3}, {0, 0}, {height, 5}, true});
        for_all_sets(&(struct conv_pool_shape){
            16, 16, {2 * height + 5, 12}, {5, 3}, {0, 0}, {height, 5}, false});
    }
}

static void test_channels(void **state)
{
    (void)state;
    for (int outputs = 1; outputs <= 41; outputs += outputs < 18 ? 1 : 23) {
        for (int channels = 1; channels <= CONV_POOL_PLANES_MAX; channels++) {
            for_all_sets(&(struct conv_pool_shape){
                channels, outputs, {10, 13}, {3, 4}, {0, 0}, {4, 5}, true});
        }
        for_all_sets(&(struct conv_pool_shape){
            outputs, 18 - outputs % 18, {10, 13}, {3, 4}, {0, 0}, {4, 5}, false});
    }
}

// Every kernel that has a path, with every padding that makes sense.
static void test_kernels(void **state)
{
    (void)state;
    for (int height = 1; height <= 16; height += height < 8 ? 1 : 4) {
        for (int width = 2; width <= 7; width++) {
            int py = height % 4 < height ? height % 4 : height - 1;
            int px = (height + width) % width;
            int in[2] = {17, 15};
            int pooled[2] = {(in[0] + 2 * py - height + 1) / 2, (in[1] + 2 * px - width + 1) / 2};
            struct conv_pool_shape shape = {
                3, 9, {in[0], in[1]}, {height, width}, {py, px}, {pooled[0], pooled[1]}, true};
            for_all_sets(&shape);
            shape.planar = false;
            for_all_sets(&shape);
            shape.pooled[0] = (pooled[0] + 1) / 2; // not all windows are wanted
            shape.pooled[1] = (pooled[1] + 1) / 2;
            for_all_sets(&shape);
        }
    }
}

static void test_no_bias(void **state)
{
    (void)state;
    for (const struct kernel_set *const *set = kernel_sets(); *set; set++) {
        run_case(&(struct conv_pool_shape){3, 8, {16, 16}, {3, 3}, {1, 1}, {8, 8}, true}, *set,
                 false);
        run_case(&(struct conv_pool_shape){8, 8, {16, 16}, {3, 3}, {1, 1}, {8, 8}, false}, *set,
                 false);
    }
}

static struct conv_pool_shape small_shape(bool planar)
{
    return (struct conv_pool_shape){4, 8, {14, 14}, {5, 5}, {0, 0}, {5, 5}, planar};
}

// Where all four places are the same, the first one wins; where none is above
// zero, nobody does.
static void test_ties(void **state)
{
    (void)state;
    for (int i = 0; i < 2; i++) {
        struct conv_pool_shape shape = small_shape(i);
        for (const struct kernel_set *const *set = kernel_sets(); *set; set++) {
            struct arrays a;
            arrays_new(&a, &shape, *set, true);
            memset(a.in, 0, a.in_size * sizeof(float));
            double expected = 0;
            for (int o = 0; o < shape.outputs; o++) {
                a.bias[o] = o % 3 == 0 ? 0 : o % 3 == 1 ? -1 : 0.5f;
                expected += o % 3 == 2 ? shape.pooled[0] * shape.pooled[1] : 0;
            }
            conv_pool_prepare(&a.plan, a.prepared, a.weights, a.bias);
            a.kernels->forward(&a.plan, a.out, a.saved, a.in, a.prepared, a.scratch);
            for (size_t k = 0; k < a.out_size; k++) {
                int o = (int)(k / (a.out_size / (size_t)a.plan.out_blocks) * BLOCK + k % BLOCK);
                assert_true(a.out[k] == (a.bias[o] > 0 ? a.bias[o] : 0));
                a.out_gradient[k] = 1;
            }
            // The input as seen by the winners is 1 at even rows and columns only.
            for (int c = 0; c < shape.channels; c++) {
                for (int y = 0; y < shape.in[0]; y += 2) {
                    for (int x = 0; x < shape.in[1]; x += 2) {
                        a.in[in_at(&a, c, y, x)] = 1;
                    }
                }
            }
            run_backward(&a, 1);
            conv_pool_add_sums(&a.plan, a.weight_gradient, a.bias_gradient, a.scratch);
            double sum = 0;
            for (int o = 0; o < shape.outputs; o++) {
                sum += (double)a.bias_gradient[o];
                assert_true(a.weight_gradient[weight_at(&a, o, 0, 0, 1)] == 0);
                assert_true(a.weight_gradient[weight_at(&a, o, 0, 1, 0)] == 0);
                assert_true(a.weight_gradient[weight_at(&a, o, 0, 0, 0)] == a.bias_gradient[o]);
            }
            assert_true(sum == expected && sum > 0);
            arrays_free(&a);
        }
    }
}

// NaN reaches every window that sees it, and passes no gradient.
static void test_not_a_number(void **state)
{
    (void)state;
    for (int i = 0; i < 2; i++) {
        struct conv_pool_shape shape = small_shape(i);
        for (const struct kernel_set *const *set = kernel_sets(); *set; set++) {
            struct arrays a;
            arrays_new(&a, &shape, *set, true);
            for (int y = 0; y < shape.in[0]; y++) {
                for (int x = 0; x < shape.in[1]; x++) {
                    float old = a.in[in_at(&a, 1, y, x)];
                    a.in[in_at(&a, 1, y, x)] = NAN;
                    a.kernels->forward(&a.plan, a.out, a.saved, a.in, a.prepared, a.scratch);
                    a.in[in_at(&a, 1, y, x)] = old;
                    for (int k = 0; k < shape.pooled[0] * shape.pooled[1]; k++) {
                        int top = 2 * (k / shape.pooled[1]);
                        int left = 2 * (k % shape.pooled[1]);
                        bool sees = y >= top && y <= top + shape.size[0] && x >= left
                                 && x <= left + shape.size[1];
                        bool is = isnan(a.out[out_at(&a, 3, top / 2, left / 2)]);
                        // Winograd spreads it over four neighbours in a row.
                        assert_true(is || !sees);
                        assert_true(!is || (y >= top && y <= top + shape.size[0]));
                        a.out_gradient[out_at(&a, 3, top / 2, left / 2)] = is ? NAN : 0;
                    }
                    run_backward(&a, 1);
                    conv_pool_add_sums(&a.plan, a.weight_gradient, a.bias_gradient, a.scratch);
                    assert_true(a.bias_gradient[3] == 0);
                }
            }
            a.bias[0] = NAN;
            conv_pool_prepare(&a.plan, a.prepared, a.weights, a.bias);
            a.kernels->forward(&a.plan, a.out, a.saved, a.in, a.prepared, a.scratch);
            assert_true(isnan(a.out[out_at(&a, 0, 2, 2)]) && !isnan(a.out[out_at(&a, 1, 2, 2)]));
            arrays_free(&a);
        }
    }
}

static void test_refuses(void **state)
{
    (void)state;
    struct conv_pool_shape good = small_shape(true);
    assert_true(conv_pool_can(&good));
    struct conv_pool_shape bad = good;
    bad.size[1] = 8;
    assert_false(conv_pool_can(&bad));
    bad = good;
    bad.size[1] = 1;
    assert_false(conv_pool_can(&bad));
    bad = good;
    bad.size[0] = 17;
    assert_false(conv_pool_can(&bad));
    bad = good;
    bad.channels = 5;
    assert_false(conv_pool_can(&bad));
    bad.planar = false;
    assert_true(conv_pool_can(&bad));
    bad.in[0] = bad.in[1] = 30000;
    bad.pooled[0] = bad.pooled[1] = 14000;
    assert_false(conv_pool_can(&bad));
    bad = good;
    bad.pooled[1] = 0;
    assert_false(conv_pool_can(&bad));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_tutorial),     cmocka_unit_test(test_widths),
        cmocka_unit_test(test_heights),      cmocka_unit_test(test_channels),
        cmocka_unit_test(test_kernels),      cmocka_unit_test(test_no_bias),
        cmocka_unit_test(test_ties),         cmocka_unit_test(test_not_a_number),
        cmocka_unit_test(test_refuses),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
