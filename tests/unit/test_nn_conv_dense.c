// The dense convolution of every instruction set, against its definition in
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
#include "tests/unit/nn_fixture.h"

enum { BLOCK = CONV_DENSE_BLOCK, GUARD = 64, CANARY = 0x5a, ARRAYS = 12 };

// Relative L2 errors: plain sums of up to some thousand products, and those by
// Winograd's algorithm, whose rounding is three to four times as large.
static const double BOUND = 1e-6;
static const double BOUND_POINTS = 3e-6;

// ---- memory with guards ----

struct guarded {
    unsigned char *base;
    size_t bytes;
};

struct arrays {
    struct conv_dense_shape shape;
    struct conv_dense_plan plan;
    const struct kernel_set *set;
    float *in;
    float *weights;
    float *bias;
    float *scale;
    float *add;
    float *out;
    float *out_gradient;
    float *in_gradient;
    float *weight_gradient;
    float *bias_gradient;
    float *prepared;
    float *scratch;
    struct guarded guards[ARRAYS];
    int guard_count;
    size_t in_size;
    size_t out_size;
    size_t weight_size;
};

static float *guarded(struct arrays *a, size_t count, unsigned char fill)
{
    struct guarded *g = &a->guards[a->guard_count++];
    g->bytes = count * sizeof(float);
    size_t all = (g->bytes + 2 * GUARD + 63) / 64 * 64;
    g->base = aligned_alloc(64, all);
    assert_non_null(g->base);
    memset(g->base, CANARY, all);
    memset(g->base + GUARD, fill, g->bytes);
    return (float *)(void *)(g->base + GUARD);
}

static void arrays_free(struct arrays *a)
{
    for (int i = 0; i < a->guard_count; i++) {
        struct guarded *g = &a->guards[i];
        for (size_t k = 0; k < GUARD; k++) {
            assert_int_equal(g->base[k], CANARY);
            assert_int_equal(g->base[GUARD + g->bytes + k], CANARY);
        }
        free(g->base);
    }
}

// ---- one case ----

static size_t in_at(const struct arrays *a, int c, int y, int x)
{
    const int *in = a->shape.window.in;
    size_t lanes = a->shape.planar ? 1 : BLOCK;
    return ((((size_t)c / lanes) * (size_t)in[0] + (size_t)y) * (size_t)in[1] + (size_t)x) * lanes
         + (size_t)c % lanes;
}

static size_t out_at(const struct arrays *a, int o, int y, int x)
{
    const int *out = a->shape.window.out;
    return ((size_t)(o / BLOCK * out[0] + y) * (size_t)out[1] + (size_t)x) * BLOCK
         + (size_t)(o % BLOCK);
}

static void fill(float *x, size_t count, unsigned stream)
{
    for (size_t i = 0; i < count; i++) {
        x[i] = (float)fixture_uniform(stream, i);
    }
}

static void arrays_new(struct arrays *a, const struct conv_dense_shape *shape,
                       const struct kernel_set *set)
{
    *a = (struct arrays){.shape = *shape, .set = set};
    const struct window *w = &shape->window;
    assert_true(conv_dense_can(shape));
    conv_dense_plan(&a->plan, shape);
    size_t channels = (size_t)(shape->planar ? shape->channels
                                             : (shape->channels + 7) / 8 * 8);
    size_t outputs = (size_t)(shape->outputs + 7) / 8 * 8;
    a->in_size = channels * (size_t)w->in[0] * (size_t)w->in[1];
    a->out_size = outputs * (size_t)w->out[0] * (size_t)w->out[1];
    a->weight_size = (size_t)shape->outputs * (size_t)shape->channels * (size_t)w->size[0]
                   * (size_t)w->size[1];
    a->in = guarded(a, a->in_size, 0);
    a->weights = guarded(a, a->weight_size, 0);
    a->bias = guarded(a, (size_t)shape->outputs, 0);
    a->scale = guarded(a, (size_t)shape->outputs, 0);
    a->add = guarded(a, a->out_size, 0);
    // All ones is NaN: what is not written, or read before it is, shows.
    a->out = guarded(a, a->out_size, 0xff);
    a->out_gradient = guarded(a, a->out_size, 0);
    a->in_gradient = guarded(a, a->in_size, 0xff);
    a->weight_gradient = guarded(a, a->weight_size, 0);
    a->bias_gradient = guarded(a, (size_t)shape->outputs, 0);
    a->prepared = guarded(a, a->plan.prepared_bytes / sizeof(float), 0xff);
    a->scratch = guarded(a, a->plan.scratch_bytes / sizeof(float), 0xff);
    fill(a->weights, a->weight_size, 1);
    fill(a->bias, (size_t)shape->outputs, 2);
    fill(a->scale, (size_t)shape->outputs, 3);
    fill(a->add, a->out_size, 4);
    uint64_t n = 0;
    for (int c = 0; c < shape->channels; c++) {
        for (int y = 0; y < w->in[0]; y++) {
            for (int x = 0; x < w->in[1]; x++) {
                a->in[in_at(a, c, y, x)] = (float)fixture_uniform(5, n++);
            }
        }
    }
    for (int o = 0; o < shape->outputs; o++) {
        for (int y = 0; y < w->out[0]; y++) {
            for (int x = 0; x < w->out[1]; x++) {
                a->out_gradient[out_at(a, o, y, x)] = (float)fixture_uniform(6, n++);
            }
        }
    }
}

// ---- the definition ----

struct expected {
    double *out; // without bias
    double *in_gradient;
    double *weight_gradient;
    double *bias_gradient;
};

static double *zeros(size_t count)
{
    double *x = calloc(count, sizeof *x);
    assert_non_null(x);
    return x;
}

// Everything that output (o, y, x) has to do with.
static void expect_place(const struct arrays *a, struct expected *e, int o, int y, int x)
{
    const struct window *w = &a->shape.window;
    size_t at = out_at(a, o, y, x);
    double g = (double)a->out_gradient[at];
    e->bias_gradient[o] += g;
    size_t k = (size_t)(o * a->shape.channels) * (size_t)(w->size[0] * w->size[1]);
    for (int c = 0; c < a->shape.channels; c++) {
        for (int ky = 0; ky < w->size[0]; ky++) {
            for (int kx = 0; kx < w->size[1]; kx++, k++) {
                int iy = window_place(w, 0, y, ky);
                int ix = window_place(w, 1, x, kx);
                if (iy < 0 || ix < 0 || iy >= w->in[0] || ix >= w->in[1]) {
                    continue;
                }
                size_t i = in_at(a, c, iy, ix);
                e->out[at] += (double)a->in[i] * (double)a->weights[k];
                e->in_gradient[i] += g * (double)a->weights[k];
                e->weight_gradient[k] += g * (double)a->in[i];
            }
        }
    }
}

static struct expected expect(const struct arrays *a)
{
    struct expected e = {
        .out = zeros(a->out_size),
        .in_gradient = zeros(a->in_size),
        .weight_gradient = zeros(a->weight_size),
        .bias_gradient = zeros((size_t)a->shape.outputs),
    };
    for (int o = 0; o < a->shape.outputs; o++) {
        for (int y = 0; y < a->shape.window.out[0]; y++) {
            for (int x = 0; x < a->shape.window.out[1]; x++) {
                expect_place(a, &e, o, y, x);
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

static void check(const char *what, const struct arrays *a, const float *x,
                  const double *expected, size_t count)
{
    double error = 0;
    double norm = 0;
    for (size_t i = 0; i < count; i++) {
        double d = (double)x[i] - expected[i];
        error += d * d;
        norm += expected[i] * expected[i];
    }
    bool points = a->plan.forward.points || a->plan.back.points;
    if (!(sqrt(error) <= (points ? BOUND_POINTS : BOUND) * sqrt(norm))) {
        const struct conv_dense_shape *s = &a->shape;
        const struct window *w = &s->window;
        fail_msg("%s, set %s, %s %dx%dx%d, kernel %dx%dx%d, stride %dx%d, padding %dx%d, dilation "
                 "%dx%d: error %.2g", what, a->set->name, s->planar ? "planes" : "blocks",
                 s->channels, w->in[0], w->in[1], w->size[0], w->size[1], s->outputs,
                 w->stride[0], w->stride[1], w->padding[0], w->padding[1], w->dilation[0],
                 w->dilation[1], sqrt(error / norm));
    }
}

static void check_forward(struct arrays *a, const struct expected *e)
{
    const struct conv_dense_kernels *kernels = a->set->dense;
    const struct window *w = &a->shape.window;
    double *with_bias = zeros(a->out_size);
    double *finished = zeros(a->out_size);
    for (int o = 0; o < a->shape.outputs; o++) {
        for (int y = 0; y < w->out[0]; y++) {
            for (int x = 0; x < w->out[1]; x++) {
                size_t at = out_at(a, o, y, x);
                with_bias[at] = e->out[at] + (double)a->bias[o];
                finished[at] = e->out[at] * (double)a->scale[o] + (double)a->bias[o];
            }
        }
    }
    for (size_t i = 0; i < a->out_size; i++) {
        finished[i] = fmax(0, finished[i] + (double)a->add[i]);
    }
    struct conv_finish plain = {.relu = false};
    kernels->prepare(&a->plan, a->prepared, a->weights, NULL, NULL);
    kernels->forward(&a->plan, a->out, a->in, a->prepared, &plain, a->scratch);
    check("output without bias", a, a->out, e->out, a->out_size);
    kernels->prepare(&a->plan, a->prepared, a->weights, a->bias, a->scale);
    struct conv_finish all = {.add = a->add, .relu = true};
    kernels->forward(&a->plan, a->out, a->in, a->prepared, &all, a->scratch);
    check("scaled, added and rectified", a, a->out, finished, a->out_size);
    kernels->prepare(&a->plan, a->prepared, a->weights, a->bias, NULL);
    kernels->forward(&a->plan, a->out, a->in, a->prepared, &plain, a->scratch);
    check("output", a, a->out, with_bias, a->out_size);
    free(with_bias);
    free(finished);
}

static void check_backward(struct arrays *a, const struct expected *e)
{
    const struct conv_dense_kernels *kernels = a->set->dense;
    memset(a->scratch, 0, a->plan.stage_at * sizeof(float));
    // Two images, as in a block of them.
    for (int i = 0; i < 2; i++) {
        kernels->weight_gradient(&a->plan, a->in, a->out_gradient, a->scratch);
        if (!a->shape.planar) {
            kernels->data_gradient(&a->plan, a->in_gradient, a->out_gradient, a->prepared,
                                   a->scratch);
        }
    }
    kernels->add_sums(&a->plan, a->weight_gradient, a->bias_gradient, a->scratch);
    // Adding on top of gradients, and no bias.
    kernels->add_sums(&a->plan, a->weight_gradient, NULL, a->scratch);
    for (size_t i = 0; i < a->weight_size; i++) {
        a->weight_gradient[i] /= 4;
    }
    for (int o = 0; o < a->shape.outputs; o++) {
        a->bias_gradient[o] /= 2;
    }
    check("weight gradient", a, a->weight_gradient, e->weight_gradient, a->weight_size);
    check("bias gradient", a, a->bias_gradient, e->bias_gradient, (size_t)a->shape.outputs);
    if (!a->shape.planar) {
        check("data gradient", a, a->in_gradient, e->in_gradient, a->in_size);
    }
}

// The window's output size follows from the rest.
static void run_case(struct conv_dense_shape shape)
{
    struct window *w = &shape.window;
    for (int axis = 0; axis < 2; axis++) {
        w->stride[axis] = w->stride[axis] ? w->stride[axis] : 1;
        w->dilation[axis] = w->dilation[axis] ? w->dilation[axis] : 1;
        w->out[axis] = shape_window(w->in[axis], w->size[axis], w->stride[axis],
                                    w->padding[axis], w->dilation[axis]);
        assert_true(w->out[axis] > 0);
    }
    for (const struct kernel_set *const *set = kernel_sets(); *set; set++) {
        struct arrays a;
        arrays_new(&a, &shape, *set);
        struct expected e = expect(&a);
        check_forward(&a, &e);
        check_backward(&a, &e);
        expected_free(&e);
        arrays_free(&a);
    }
}

// ---- tests ----

static void test_common(void **state)
{
    (void)state;
    run_case((struct conv_dense_shape){3, 16, {{20, 20}, .size = {3, 3}, .stride = {2, 2},
                                               .padding = {1, 1}}, true});
    run_case((struct conv_dense_shape){16, 16, {{32, 32}, .size = {3, 3}, .padding = {1, 1}},
                                       false});
    run_case((struct conv_dense_shape){16, 32, {{16, 16}, .size = {3, 3}, .stride = {2, 2},
                                                .padding = {1, 1}}, false});
    run_case((struct conv_dense_shape){16, 24, {{9, 9}, .size = {1, 1}, .stride = {2, 2}},
                                       false});
    run_case((struct conv_dense_shape){8, 8, {{12, 13}, .size = {7, 7}, .padding = {3, 3}},
                                       false});
}

// Every number of places in a row, so every tail.
static void test_widths(void **state)
{
    (void)state;
    for (int width = 1; width <= 30; width++) {
        for (int size = 1; size <= 7; size += 2) {
            struct window w = {{1 + width % 4, width}, .size = {1 + width % 3, size},
                               .padding = {1, size / 2}};
            run_case((struct conv_dense_shape){8, 16, w, false});
            run_case((struct conv_dense_shape){8, 8, w, false});
            run_case((struct conv_dense_shape){3, 5, w, true});
        }
    }
}

static void test_channels(void **state)
{
    (void)state;
    for (int n = 1; n <= 41; n += n < 18 ? 1 : 23) {
        struct window w = {{6, 7}, .size = {3, 2}, .padding = {0, 1}};
        run_case((struct conv_dense_shape){n, 18 - n % 18, w, false});
        run_case((struct conv_dense_shape){1 + n % CONV_DENSE_PLANES_MAX, n, w, true});
    }
}

// Strides, with every padding and dilation, also where whole phases of the
// input are read by nobody.
static void test_windows(void **state)
{
    (void)state;
    for (int stride = 1; stride <= CONV_DENSE_STRIDE_MAX; stride++) {
        for (int dilation = 1; dilation <= 4; dilation++) {
            for (int size = 1; size <= 4; size++) {
                int padding = (stride + dilation + size) % 5;
                struct window w = {
                    {14, 13}, .size = {size, 1 + size % 3}, .stride = {stride, 1 + stride % 3},
                    .padding = {padding, 4 - padding}, .dilation = {dilation, 1 + dilation % 3}};
                run_case((struct conv_dense_shape){8, 9, w, false});
                run_case((struct conv_dense_shape){2, 8, w, true});
            }
        }
    }
}

// More weights than are summed up at a time: both ways.
static void test_chunks(void **state)
{
    (void)state;
    struct window w = {{5, 6}, .size = {7, 7}, .padding = {3, 3}};
    run_case((struct conv_dense_shape){96, 17, w, false});
    run_case((struct conv_dense_shape){17, 96, w, false});
}

// Winograd's algorithm with every padding and dilation, in one band of rows and
// in several; and where it is not worth it, or not possible.
static void test_points(void **state)
{
    (void)state;
    for (int size = 3; size <= 5; size += 2) {
        for (int padding = 0; padding <= 6; padding++) {
            struct window w = {{7, 12 + padding % 2}, .size = {1 + padding % 3, size},
                               .padding = {padding % 4, padding},
                               .dilation = {1 + padding % 2, 1}};
            run_case((struct conv_dense_shape){9, 24, w, false});
        }
    }
    struct window large = {{40, 37}, .size = {3, 3}, .padding = {1, 1}};
    run_case((struct conv_dense_shape){40, 20, large, false});

    struct conv_dense_shape shape = {
        16, 16, {{32, 32}, {32, 32}, {3, 3}, {1, 1}, {1, 1}, {1, 1}}, false};
    struct conv_dense_plan plan;
    conv_dense_plan(&plan, &shape);
    assert_int_equal(plan.forward.points, 6);
    assert_int_equal(plan.back.points, 6);
    assert_true(plan.forward.band < 32);
    shape.window.dilation[1] = 2;
    shape.window.padding[1] = 2;
    conv_dense_plan(&plan, &shape);
    assert_int_equal(plan.forward.points, 0);
    struct conv_dense_shape narrow = {
        16, 16, {{32, 1}, {32, 1}, {3, 3}, {1, 1}, {1, 1}, {1, 1}}, false};
    conv_dense_plan(&plan, &narrow);
    assert_int_equal(plan.forward.points, 0);
}

// NaN goes where it is seen, and a relu lets it through; by Winograd's algorithm
// also to the rest of a tile, and no further.
static void test_not_a_number(void **state)
{
    (void)state;
    for (const struct kernel_set *const *set = kernel_sets(); *set; set++) {
        for (int size = 1; size <= 3; size += 2) {
            struct conv_dense_shape shape = {
                8, 8, {{6, 14}, {6, 14}, {3, size}, {1, 1}, {1, size / 2}, {1, 1}}, false};
            struct arrays a;
            arrays_new(&a, &shape, *set);
            assert_int_equal(a.plan.forward.points, size == 3 ? 6 : 0);
            a.in[in_at(&a, 3, 2, 3)] = NAN;
            (*set)->dense->prepare(&a.plan, a.prepared, a.weights, a.bias, NULL);
            struct conv_finish finish = {.relu = true};
            (*set)->dense->forward(&a.plan, a.out, a.in, a.prepared, &finish, a.scratch);
            for (int y = 0; y < 6; y++) {
                for (int x = 0; x < 14; x++) {
                    bool sees = abs(y - 2) <= 1 && abs(x - 3) <= size / 2;
                    bool may = size == 3 && abs(y - 2) <= 1 && x < 8;
                    bool is = isnan(a.out[out_at(&a, 5, y, x)]) != 0;
                    assert_true(is ? sees || may : !sees);
                }
            }
            arrays_free(&a);
        }
    }
}

static void test_refuses(void **state)
{
    (void)state;
    struct conv_dense_shape good = {
        4, 8, {{14, 14}, {10, 10}, {5, 5}, {1, 1}, {0, 0}, {1, 1}}, true};
    assert_true(conv_dense_can(&good));
    struct conv_dense_shape bad = good;
    bad.window.stride[1] = CONV_DENSE_STRIDE_MAX + 1;
    assert_false(conv_dense_can(&bad));
    bad = good;
    bad.channels = CONV_DENSE_PLANES_MAX + 1;
    assert_false(conv_dense_can(&bad));
    bad.planar = false;
    assert_true(conv_dense_can(&bad));
    bad.window.in[0] = bad.window.in[1] = 30000;
    bad.window.out[0] = bad.window.out[1] = 29996;
    assert_false(conv_dense_can(&bad));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_common),   cmocka_unit_test(test_widths),
        cmocka_unit_test(test_channels), cmocka_unit_test(test_windows),
        cmocka_unit_test(test_chunks),   cmocka_unit_test(test_not_a_number),
        cmocka_unit_test(test_points),   cmocka_unit_test(test_refuses),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
