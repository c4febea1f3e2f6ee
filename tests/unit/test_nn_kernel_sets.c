// The smaller kernels of every instruction set, and the choice between sets.

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
#include "core/nn/kernels/set_bits.h"
#include "tests/unit/nn_fixture.h"

static float *numbers(size_t count, unsigned stream)
{
    float *x = malloc((count + 1) * sizeof *x);
    assert_non_null(x);
    for (size_t i = 0; i < count; i++) {
        x[i] = (float)fixture_uniform(stream, i);
    }
    x[count] = 77; // nobody may change it
    return x;
}

static void test_set_bits(void **state)
{
    (void)state;
    for (uint32_t mask = 0; mask < 256; mask++) {
        uint32_t expected = 0;
        int n = 0;
        for (uint32_t bit = 0; bit < 8; bit++) {
            if (mask >> bit & 1) {
                expected |= bit << 4 * n++;
            }
        }
        assert_int_equal(set_bits[mask], expected);
    }
}

// Bit for bit what the plain kernel does: for every byte, every tail and any
// alignment.
static void test_pixels(void **state)
{
    (void)state;
    uint8_t rgb[3 * 300 + 8];
    for (size_t i = 0; i < sizeof rgb; i++) {
        rgb[i] = (uint8_t)(i * 7 + i / 256);
    }
    for (const struct kernel_set *const *set = kernel_sets(); *set; set++) {
        for (size_t pixels = 0; pixels <= 300; pixels += pixels < 40 ? 1 : 65) {
            for (size_t shift = 0; shift < 4; shift++) {
                float *x = numbers(3 * pixels, 1);
                float *expected = numbers(3 * pixels, 2);
                (*set)->pixels->to_floats(x, rgb + shift, pixels);
                kernel_pixels(expected, rgb + shift, pixels);
                assert_memory_equal(x, expected, (3 * pixels + 1) * sizeof *x);
                free(x);
                free(expected);
            }
        }
    }
}

static void test_pixels_stay_inside(void **state)
{
    (void)state;
    for (const struct kernel_set *const *set = kernel_sets(); *set; set++) {
        for (size_t pixels = 1; pixels < 30; pixels++) {
            uint8_t *rgb = malloc(3 * pixels); // the address sanitizer looks on
            float *x = numbers(3 * pixels, 1);
            assert_non_null(rgb);
            memset(rgb, 255, 3 * pixels);
            (*set)->pixels->to_floats(x, rgb, pixels);
            for (size_t i = 0; i < 3 * pixels; i++) {
                assert_true(x[i] == 1);
            }
            free(rgb);
            free(x);
        }
    }
}

static void test_layout(void **state)
{
    (void)state;
    for (const struct kernel_set *const *set = kernel_sets(); *set; set++) {
        for (int channels = 1; channels <= 17; channels++) {
            for (size_t pixels = 1; pixels <= 35; pixels++) {
                size_t rounded = (size_t)(channels + 7) / 8 * 8;
                float *planes = numbers((size_t)channels * pixels, 3);
                float *back = numbers((size_t)channels * pixels, 4);
                float *blocks = numbers(rounded * pixels, 5);
                (*set)->layout->to_blocks(blocks, planes, channels, pixels);
                for (size_t c = 0; c < rounded; c++) {
                    for (size_t i = 0; i < pixels; i++) {
                        assert_true(blocks[(c / 8 * pixels + i) * 8 + c % 8]
                                    == (c < (size_t)channels ? planes[c * pixels + i] : 0));
                    }
                }
                (*set)->layout->to_planes(back, blocks, channels, pixels);
                assert_memory_equal(back, planes, ((size_t)channels * pixels + 1) * sizeof *back);
                assert_true(blocks[rounded * pixels] == 77);
                free(planes);
                free(back);
                free(blocks);
            }
        }
    }
}

// ---- linear ----

struct linear_case {
    struct linear_size n;
    float *x;
    float *w;
    float *bias;
    float *dy;
    float *y;
    float *dw;
    float *dx;
};

static struct linear_case linear_case_make(int images, int in, int out)
{
    size_t i = (size_t)images;
    return (struct linear_case){
        .n = {images, in, out},
        .x = numbers(i * (size_t)in, 6),
        .w = numbers((size_t)out * (size_t)in, 7),
        .bias = numbers((size_t)out, 8),
        .dy = numbers(i * (size_t)out, 9),
        .y = numbers(i * (size_t)out, 10),
        .dw = numbers((size_t)out * (size_t)in, 11),
        .dx = numbers(i * (size_t)in, 12),
    };
}

static void linear_case_free(struct linear_case *c)
{
    size_t i = (size_t)c->n.images;
    assert_true(c->y[i * (size_t)c->n.out] == 77 && c->dx[i * (size_t)c->n.in] == 77
                && c->dw[(size_t)c->n.out * (size_t)c->n.in] == 77);
    free(c->x);
    free(c->w);
    free(c->bias);
    free(c->dy);
    free(c->y);
    free(c->dw);
    free(c->dx);
}

// Sums of `terms` products of numbers below 1: rounding is at most this.
static double bound(int terms)
{
    return 1.2e-7 * (terms + 2);
}

static void check_linear(const struct kernel_set *set, int images, int in, int out,
                         bool with_bias)
{
    struct linear_case c = linear_case_make(images, in, out);
    set->linear->forward(&c.n, c.y, c.x, c.w, with_bias ? c.bias : NULL);
    set->linear->weight_gradient(&c.n, c.dw, c.x, c.dy);
    set->linear->data_gradient(&c.n, c.dx, c.dy, c.w);
    for (int i = 0; i < images; i++) {
        for (int o = 0; o < out; o++) {
            double sum = with_bias ? (double)c.bias[o] : 0;
            for (int k = 0; k < in; k++) {
                sum += (double)c.x[i * in + k] * (double)c.w[o * in + k];
            }
            assert_true(fabs((double)c.y[i * out + o] - sum) < bound(in));
        }
        for (int k = 0; k < in; k++) {
            double sum = 0;
            for (int o = 0; o < out; o++) {
                sum += (double)c.dy[i * out + o] * (double)c.w[o * in + k];
            }
            assert_true(fabs((double)c.dx[i * in + k] - sum) < bound(out));
        }
    }
    for (int o = 0; o < out; o++) {
        for (int k = 0; k < in; k++) {
            double sum = (double)(float)fixture_uniform(11, (uint64_t)(o * in + k));
            for (int i = 0; i < images; i++) {
                sum += (double)c.dy[i * out + o] * (double)c.x[i * in + k];
            }
            assert_true(fabs((double)c.dw[o * in + k] - sum) < bound(images));
        }
    }
    linear_case_free(&c);
}

static void test_linear(void **state)
{
    (void)state;
    for (const struct kernel_set *const *set = kernel_sets(); *set; set++) {
        for (int in = 1; in <= 75; in++) {
            check_linear(*set, 1 + in % 4, in, 1 + in % 9, in % 2);
        }
        check_linear(*set, 3, 1936, 10, true);
        check_linear(*set, 8, 210, 37, true);
    }
}

// An image's scores do not depend on who else is in its block.
static void test_linear_one_by_one(void **state)
{
    (void)state;
    for (const struct kernel_set *const *set = kernel_sets(); *set; set++) {
        struct linear_case c = linear_case_make(5, 61, 7);
        (*set)->linear->forward(&c.n, c.y, c.x, c.w, c.bias);
        (*set)->linear->data_gradient(&c.n, c.dx, c.dy, c.w);
        for (int i = 0; i < 5; i++) {
            float y[7];
            float dx[61];
            struct linear_size one = {1, 61, 7};
            (*set)->linear->forward(&one, y, c.x + i * 61, c.w, c.bias);
            (*set)->linear->data_gradient(&one, dx, c.dy + i * 7, c.w);
            assert_memory_equal(y, c.y + i * 7, sizeof y);
            assert_memory_equal(dx, c.dx + i * 61, sizeof dx);
        }
        linear_case_free(&c);
    }
}

// ---- the choice ----

static void test_choose(void **state)
{
    (void)state;
    struct error err = ERROR_INIT;
    const struct kernel_set *best = kernel_sets()[0];
    assert_ptr_equal(kernel_set_current(), best);
    int count = 0;
    for (const struct kernel_set *const *set = kernel_sets(); *set; set++, count++) {
        assert_int_equal(kernel_set_choose((*set)->name, &err), 0);
        assert_ptr_equal(kernel_set_current(), *set);
    }
    assert_string_equal(kernel_sets()[count - 1]->name, "c");
    assert_int_equal(kernel_set_choose("mmx", &err), ERR_USAGE);
    assert_non_null(strstr(err.text, "'mmx'"));
    assert_non_null(strstr(err.text, "auto"));
    assert_non_null(strstr(err.text, ", c"));
    assert_ptr_equal(kernel_set_current(), kernel_sets()[count - 1]); // as it was
    struct error none = ERROR_INIT;
    assert_int_equal(kernel_set_choose("auto", &none), 0);
    assert_ptr_equal(kernel_set_current(), best);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_set_bits), cmocka_unit_test(test_pixels),
        cmocka_unit_test(test_pixels_stay_inside), cmocka_unit_test(test_layout),
        cmocka_unit_test(test_linear), cmocka_unit_test(test_linear_one_by_one),
        cmocka_unit_test(test_choose),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
