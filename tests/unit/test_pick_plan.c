#include "core/video/pick_plan.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

enum { COUNT = 12 };

// Let all pictures of a clip go by; each pick is served once, by its picture.
// One sample of so many frames.
static struct choice choice_of(enum choose_rule rule, uint32_t frames)
{
    return (struct choice){.rule = rule, .samples = 1, .frames = frames, .stride = 1, .draw = 7};
}

static bool go_by(struct pick_plan *plan, uint32_t length)
{
    uint32_t served = 0;
    for (uint32_t k = 0; k < length; k++) {
        uint32_t first = UINT32_MAX;
        uint32_t n = pick_plan_serve(plan, k, &first);
        assert_int_equal(first, served);
        for (uint32_t i = 0; i < n; i++) {
            assert_int_equal(plan->index[served++], k);
        }
    }
    return pick_plan_is_right(plan, length);
}

static void guesses(void **state)
{
    (void)state;
    static const enum choose_rule rules[] = {CHOOSE_CENTERS, CHOOSE_UNIFORM, CHOOSE_RANDOM};
    uint32_t index[COUNT], expected[COUNT];
    for (uint32_t length = 1; length < 40; length++) {
        for (uint32_t guess = 1; guess < 40; guess++) {
            for (size_t r = 0; r < 3; r++) {
                struct pick_plan plan;
                const struct choice choice = choice_of(rules[r], COUNT);
                memset(index, 0xFF, sizeof index);
                pick_plan_start(&plan, &choice, index, guess);
                choose_frames(&choice, guess, expected);
                assert_memory_equal(index, expected, sizeof expected);
                assert_false(pick_plan_is_right(&plan, guess)); // nothing has been seen
                assert_int_equal(go_by(&plan, length), guess == length);
            }
        }
    }
}

// Runs that overlap: picks of several samples are served together.
static void overlapping_runs(void **state)
{
    (void)state;
    const struct choice choice = {.rule = CHOOSE_CONSECUTIVE, .samples = 4, .frames = 3,
                                  .stride = 2};
    uint32_t index[12], first;
    struct pick_plan plan;
    pick_plan_start(&plan, &choice, index, 8); // 0 2 4, 1 3 5, 2 4 6, 3 5 7
    static const uint32_t sorted[12] = {0, 1, 2, 2, 3, 3, 4, 4, 5, 5, 6, 7};
    assert_memory_equal(index, sorted, sizeof sorted);
    assert_true(go_by(&plan, 8));
    pick_plan_start(&plan, &choice, index, 8);
    for (uint32_t k = 0; k < 3; k++) {
        assert_int_equal(pick_plan_serve(&plan, k, &first), k == 2 ? 2 : 1);
    }
    assert_int_equal(first, 2);
}

static void distinct(void **state)
{
    (void)state;
    uint32_t index[COUNT], wanted[COUNT];
    struct pick_plan plan;
    struct choice choice = choice_of(CHOOSE_CENTERS, COUNT);
    pick_plan_start(&plan, &choice, index, 3); // each four times
    assert_int_equal(pick_plan_distinct(&plan, wanted), 3);
    for (uint32_t i = 0; i < 3; i++) {
        assert_int_equal(wanted[i], i);
    }
    choice = choice_of(CHOOSE_UNIFORM, COUNT);
    pick_plan_start(&plan, &choice, index, 1000);
    assert_int_equal(pick_plan_distinct(&plan, wanted), COUNT);
    assert_memory_equal(wanted, index, sizeof index);
    choice = choice_of(CHOOSE_CENTERS, 1);
    pick_plan_start(&plan, &choice, index, UINT32_MAX);
    assert_int_equal(pick_plan_distinct(&plan, wanted), 1);
    assert_int_equal(wanted[0], UINT32_MAX / 2);
}

// A picture may be left out, and its picks with it; then it is not right.
static void left_out(void **state)
{
    (void)state;
    uint32_t index[3], first;
    struct pick_plan plan;
    const struct choice choice = choice_of(CHOOSE_CENTERS, 3);
    pick_plan_start(&plan, &choice, index, 9); // 1 4 7
    assert_int_equal(pick_plan_serve(&plan, 1, &first), 1);
    assert_int_equal(pick_plan_serve(&plan, 7, &first), 0);
    assert_int_equal(first, 1);
    assert_false(pick_plan_is_right(&plan, 9));
    assert_int_equal(pick_plan_serve(&plan, 4, &first), 1);
    assert_int_equal(pick_plan_serve(&plan, 7, &first), 1);
    assert_int_equal(first, 2);
    assert_true(pick_plan_is_right(&plan, 9));
    assert_false(pick_plan_is_right(&plan, 10));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(guesses),
        cmocka_unit_test(overlapping_runs),
        cmocka_unit_test(distinct),
        cmocka_unit_test(left_out),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
