/* Which frames are chosen: against the formulas, done the plain way. */
#include "core/video/choose.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

// floor((2 i + 1) n / (2 count)), for products that fit in 64 bits.
static uint64_t center(uint64_t n, uint64_t count, uint64_t i)
{
    return (2 * i + 1) * n / (2 * count);
}

// round(i (n - 1) / (count - 1)), halves upward.
static uint64_t uniform(uint64_t n, uint64_t count, uint64_t i)
{
    if (count == 1) {
        return 0;
    }
    uint64_t whole = i * (n - 1) / (count - 1);
    uint64_t rest = i * (n - 1) % (count - 1);
    return 2 * rest >= count - 1 ? whole + 1 : whole;
}

static void check(uint32_t n, uint32_t count)
{
    uint32_t *index = malloc(((size_t)count + 1) * sizeof *index);
    assert_non_null(index);
    index[count] = 0xABCD1234;
    choose_frames(CHOOSE_CENTERS, n, count, index);
    for (uint32_t i = 0; i < count; i++) {
        assert_int_equal(index[i], center(n, count, i));
        assert_true(index[i] < n);
    }
    choose_frames(CHOOSE_UNIFORM, n, count, index);
    for (uint32_t i = 0; i < count; i++) {
        assert_int_equal(index[i], uniform(n, count, i));
        assert_true(index[i] < n);
        assert_true(i == 0 || index[i] >= index[i - 1]);
    }
    assert_int_equal(index[count], 0xABCD1234);
    free(index);
}

static void small_numbers(void **state)
{
    (void)state;
    for (uint32_t n = 1; n <= 130; n++) {
        for (uint32_t count = 1; count <= 60; count++) {
            check(n, count);
        }
    }
}

static void large_numbers(void **state)
{
    (void)state;
    const uint32_t many[] = {1, 2, 3, 30, 999, 1u << 20};
    const uint32_t lengths[] = {1, 2, 557, 65537, 1u << 31, UINT32_MAX - 1, UINT32_MAX};
    for (size_t i = 0; i < sizeof many / sizeof many[0]; i++) {
        for (size_t j = 0; j < sizeof lengths / sizeof lengths[0]; j++) {
            check(lengths[j], many[i]);
        }
    }
}

// Known by hand, so that a wrong formula on both sides would show.
static void known_choices(void **state)
{
    (void)state;
    uint32_t index[30];
    choose_frames(CHOOSE_CENTERS, 164, 3, index);
    assert_int_equal(index[0], 27);
    assert_int_equal(index[1], 82);
    assert_int_equal(index[2], 136);
    choose_frames(CHOOSE_CENTERS, 1, 3, index);
    assert_int_equal(index[0] + index[1] + index[2], 0);
    choose_frames(CHOOSE_CENTERS, 2, 3, index);
    assert_int_equal(index[0], 0);
    assert_int_equal(index[1], 1);
    assert_int_equal(index[2], 1);
    // The tutorial's thirty of a clip of 100: first, last, halves upward.
    choose_frames(CHOOSE_UNIFORM, 100, 30, index);
    assert_int_equal(index[0], 0);
    assert_int_equal(index[1], 3);
    assert_int_equal(index[29], 99);
    choose_frames(CHOOSE_UNIFORM, 2, 3, index);
    assert_int_equal(index[1], 1);
    choose_frames(CHOOSE_UNIFORM, UINT32_MAX, 3, index);
    assert_int_equal(index[1], 2147483647);
    assert_int_equal(index[2], UINT32_MAX - 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(small_numbers),
        cmocka_unit_test(large_numbers),
        cmocka_unit_test(known_choices),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
