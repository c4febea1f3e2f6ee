// What a convolution in blocks reads and writes, between its kernels and its neighbours.

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdlib.h>

#include "core/nn/fused/layer_ends.h"
#include "core/nn/kernels/cache_line.h"
#include "core/nn/kernels/kernel_set.h"
#include "tests/unit/nn_fixture.h"

enum { BLOCK = 8, IMAGES = 3, IMAGE = 1, BEFORE = 2 * CACHE_LINE_FLOATS };

// One of all combinations below, planned behind BEFORE floats of something else.
struct trial {
    struct layer_end end;
    size_t blocked;       // floats of one image in blocks
    size_t scratch_count; // what the plan asks for
    size_t value_count;
    float *value; // [IMAGES]
    float *value_before;
    float *scratch;
    float *scratch_before;
};

static void make_numbers(float **ret, float **ret_before, size_t count, unsigned stream)
{
    float *x = malloc((count + 1) * sizeof *x);
    float *before = malloc((count + 1) * sizeof *before);
    assert_non_null(x);
    assert_non_null(before);
    for (size_t i = 0; i <= count; i++) {
        x[i] = before[i] = (float)fixture_uniform(stream, i);
    }
    *ret = x;
    *ret_before = before;
}

static struct trial trial_make(int channels, size_t pixels, bool value_blocks, bool kernel_blocks)
{
    struct trial t = {
        .end = {
            .layout = kernel_set_current()->layout,
            .channels = channels,
            .pixels = pixels,
            .value_blocks = value_blocks,
            .kernel_blocks = kernel_blocks,
        },
        .blocked = (size_t)(channels + BLOCK - 1) / BLOCK * BLOCK * pixels,
        .scratch_count = BEFORE,
    };
    layer_end_plan(&t.end, &t.scratch_count);
    t.value_count = IMAGES * (value_blocks ? t.blocked : (size_t)channels * pixels);
    make_numbers(&t.value, &t.value_before, t.value_count, 1);
    make_numbers(&t.scratch, &t.scratch_before, t.scratch_count, 2);
    return t;
}

static void trial_free(struct trial *t)
{
    free(t->value);
    free(t->value_before);
    free(t->scratch);
    free(t->scratch_before);
}

static bool is_staged(const struct trial *t)
{
    return t->end.kernel_blocks && !t->end.value_blocks;
}

// Place of a number of the image in the middle, channel c and pixel i, in the value.
static size_t in_planes(const struct trial *t, size_t c, size_t i)
{
    return (IMAGE * (size_t)t->end.channels + c) * t->end.pixels + i;
}

static size_t in_blocks(const struct trial *t, size_t c, size_t i)
{
    return (c / BLOCK * t->end.pixels + i) * BLOCK + c % BLOCK;
}

// All of x but `count` numbers from `first` on is as it was.
static void assert_untouched(const float *x, const float *before, size_t total, size_t first,
                             size_t count)
{
    for (size_t k = 0; k <= total; k++) {
        assert_true((k >= first && k < first + count) || x[k] == before[k]);
    }
}

static void check_plan(struct trial *t)
{
    assert_int_equal(t->end.image * IMAGES, t->value_count);
    assert_int_equal(t->end.stage, BEFORE);
    assert_int_equal(t->scratch_count, BEFORE + (is_staged(t) ? cache_line_fill(t->blocked) : 0));
    struct layer_end next = t->end;
    size_t scratch = t->scratch_count;
    layer_end_plan(&next, &scratch);
    assert_int_equal(next.stage, t->scratch_count);
}

static void check_read(struct trial *t)
{
    const float *read = layer_end_read(&t->end, t->value, IMAGE, t->scratch);
    assert_untouched(t->value, t->value_before, t->value_count, 0, 0);
    if (!is_staged(t)) {
        assert_ptr_equal(read, t->value + t->value_count / IMAGES * IMAGE);
        assert_untouched(t->scratch, t->scratch_before, t->scratch_count, 0, 0);
        return;
    }
    assert_ptr_equal(read, t->scratch + BEFORE);
    assert_untouched(t->scratch, t->scratch_before, t->scratch_count, BEFORE, t->blocked);
    for (size_t c = 0; c < t->blocked / t->end.pixels; c++) {
        for (size_t i = 0; i < t->end.pixels; i++) {
            bool filling = c >= (size_t)t->end.channels;
            float expected = filling ? 0 : t->value_before[in_planes(t, c, i)];
            assert_true(read[in_blocks(t, c, i)] == expected);
        }
    }
}

static void check_write(struct trial *t)
{
    size_t image = t->value_count / IMAGES;
    size_t count = is_staged(t) ? t->blocked : image;
    float *room = layer_end_room(&t->end, t->value, IMAGE, t->scratch);
    assert_ptr_equal(room, is_staged(t) ? t->scratch + BEFORE : t->value + IMAGE * image);
    for (size_t k = 0; k < count; k++) {
        room[k] = (float)k;
    }
    layer_end_hand_over(&t->end, t->value, IMAGE, t->scratch);
    assert_untouched(t->value, t->value_before, t->value_count, IMAGE * image, image);
    if (!is_staged(t)) {
        assert_untouched(t->scratch, t->scratch_before, t->scratch_count, 0, 0);
        for (size_t k = 0; k < count; k++) {
            assert_true(t->value[IMAGE * image + k] == (float)k);
        }
        return;
    }
    assert_untouched(t->scratch, t->scratch_before, t->scratch_count, BEFORE, t->blocked);
    for (size_t c = 0; c < (size_t)t->end.channels; c++) {
        for (size_t i = 0; i < t->end.pixels; i++) {
            assert_true(t->value[in_planes(t, c, i)] == (float)in_blocks(t, c, i));
        }
    }
}

// Any number of channels, any tail of pixels, and the three ways that there are.
static void check_all(void (*check)(struct trial *t))
{
    static const bool ways[][2] = {{false, true}, {true, true}, {false, false}};
    for (int channels = 1; channels <= 17; channels++) {
        for (size_t pixels = 1; pixels <= 20; pixels++) {
            for (size_t w = 0; w < sizeof ways / sizeof ways[0]; w++) {
                struct trial t = trial_make(channels, pixels, ways[w][0], ways[w][1]);
                check(&t);
                trial_free(&t);
            }
        }
    }
}

static void test_plan(void **state)
{
    (void)state;
    check_all(check_plan);
}

static void test_read(void **state)
{
    (void)state;
    check_all(check_read);
}

static void test_write(void **state)
{
    (void)state;
    check_all(check_write);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_plan),
        cmocka_unit_test(test_read),
        cmocka_unit_test(test_write),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
