/* Which frames are chosen: against the formulas, done the plain way. */
#include "core/base/random.h"
#include "core/video/choose.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { GUARD = 0x2BCD1234 };

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

// Choose, and check what holds of every rule. The caller frees the numbers.
static uint32_t *chosen(const struct choice *choice, uint32_t n)
{
    uint32_t count = choice->samples * choice->frames;
    uint32_t *index = malloc(((size_t)count + 1) * sizeof *index);
    assert_non_null(index);
    index[count] = GUARD;
    choose_frames(choice, n, index);
    assert_int_equal(index[count], GUARD);
    bool all_differ = true;
    for (uint32_t i = 0; i < count; i++) {
        assert_true(index[i] < n);
        bool same_sample = i % choice->frames > 0;
        if (i > 0 && (same_sample || choose_is_ascending(choice))) {
            assert_true(index[i] >= index[i - 1]);
            all_differ &= index[i] > index[i - 1];
        }
    }
    assert_int_equal(all_differ, n >= choose_length(choice));
    return index;
}

static struct choice one_sample(enum choose_rule rule, uint32_t count)
{
    return (struct choice){.rule = rule, .samples = 1, .frames = count, .stride = 1};
}

static void check_spread(uint32_t n, uint32_t count)
{
    struct choice choice = one_sample(CHOOSE_CENTERS, count);
    uint32_t *index = chosen(&choice, n);
    for (uint32_t i = 0; i < count; i++) {
        assert_int_equal(index[i], center(n, count, i));
    }
    free(index);
    choice.rule = CHOOSE_UNIFORM;
    index = chosen(&choice, n);
    for (uint32_t i = 0; i < count; i++) {
        assert_int_equal(index[i], uniform(n, count, i));
    }
    free(index);
}

static void small_numbers(void **state)
{
    (void)state;
    for (uint32_t n = 1; n <= 130; n++) {
        for (uint32_t count = 1; count <= 60; count++) {
            check_spread(n, count);
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
            check_spread(lengths[j], many[i]);
        }
    }
}

// The samples are the one long row of numbers, cut into runs.
static void samples_cut_the_row(void **state)
{
    (void)state;
    static const enum choose_rule rules[] = {CHOOSE_CENTERS, CHOOSE_UNIFORM, CHOOSE_RANDOM,
                                             CHOOSE_FIRST, CHOOSE_MIDDLE};
    for (size_t r = 0; r < sizeof rules / sizeof rules[0]; r++) {
        for (uint32_t n = 1; n < 50; n++) {
            struct choice one = one_sample(rules[r], 12), four = one;
            four.samples = 4;
            four.frames = 3;
            uint32_t *a = chosen(&one, n), *b = chosen(&four, n);
            assert_memory_equal(a, b, 12 * sizeof *a);
            free(a);
            free(b);
        }
    }
}

// Every place that a run of T frames can begin at, counted out.
static uint32_t places_to_begin(uint32_t n, uint32_t frames, uint32_t stride)
{
    uint32_t places = 0;
    for (uint32_t start = 0; start < n; start++) {
        uint64_t last = start;
        for (uint32_t t = 1; t < frames; t++) {
            last += stride;
        }
        places += last < n;
    }
    return places;
}

static void check_runs(const struct choice *choice, uint32_t n)
{
    uint32_t places = places_to_begin(n, choice->frames, choice->stride);
    uint32_t *index = chosen(choice, n);
    for (uint32_t k = 0; k < choice->samples; k++) {
        uint64_t start = places ? center(places, choice->samples, k) : 0;
        for (uint32_t t = 0; t < choice->frames; t++) {
            uint64_t frame = start;
            for (uint32_t step = 0; step < t; step++) {
                frame += choice->stride;
            }
            assert_int_equal(index[k * choice->frames + t], frame < n ? frame : n - 1);
        }
    }
    free(index);
}

static void consecutive(void **state)
{
    (void)state;
    for (uint32_t samples = 1; samples <= 5; samples++) {
        for (uint32_t frames = 1; frames <= 6; frames++) {
            for (uint32_t stride = 1; stride <= 4; stride++) {
                const struct choice choice = {.rule = CHOOSE_CONSECUTIVE, .samples = samples,
                                              .frames = frames, .stride = stride};
                for (uint32_t n = 1; n <= 40; n++) {
                    check_runs(&choice, n);
                }
            }
        }
    }
}

static void first_and_middle(void **state)
{
    (void)state;
    for (uint32_t count = 1; count <= 12; count++) {
        for (uint32_t stride = 1; stride <= 5; stride++) {
            for (uint32_t n = 1; n <= 70; n++) {
                struct choice choice = one_sample(CHOOSE_FIRST, count);
                choice.stride = stride;
                uint32_t *first = chosen(&choice, n);
                choice.rule = CHOOSE_MIDDLE;
                uint32_t *middle = chosen(&choice, n);
                uint32_t places = places_to_begin(n, count, stride);
                uint32_t ahead = places ? (places - 1) / 2 : 0;
                for (uint32_t i = 0; i < count; i++) {
                    uint32_t frame = i * stride;
                    assert_int_equal(first[i], frame < n ? frame : n - 1);
                    assert_int_equal(middle[i], frame + ahead < n ? frame + ahead : n - 1);
                }
                // As much is left over before the run as behind it, or one less.
                if (places > 0) {
                    uint32_t behind = n - 1 - middle[count - 1];
                    assert_true(behind == middle[0] || behind == middle[0] + 1);
                }
                free(first);
                free(middle);
            }
        }
    }
}

static void random_stays_in_its_segment(void **state)
{
    (void)state;
    for (uint32_t n = 1; n <= 90; n++) {
        for (uint32_t count = 1; count <= 30; count++) {
            struct choice choice = one_sample(CHOOSE_RANDOM, count);
            choice.draw = random_hash_text(54321, "A/a.avi");
            uint32_t *index = chosen(&choice, n), *again = chosen(&choice, n);
            assert_memory_equal(index, again, count * sizeof *index);
            struct random random;
            random_seed(&random, choice.draw, 0);
            for (uint32_t i = 0; i < count; i++) {
                uint32_t begin = i * n / count, end = (i + 1) * n / count;
                uint64_t ahead = end > begin ? random_below(&random, end - begin) : 0;
                assert_int_equal(index[i], begin + ahead);
            }
            free(index);
            free(again);
        }
    }
}

// Over many clips every frame of a segment comes about equally often.
static void random_is_even(void **state)
{
    (void)state;
    enum { LENGTH = 30, COUNT = 3, CLIPS = 6000 };
    uint32_t seen[LENGTH] = {0};
    for (uint32_t clip = 0; clip < CLIPS; clip++) {
        struct choice choice = one_sample(CHOOSE_RANDOM, COUNT);
        choice.draw = random_hash_text(1, "clip") + clip;
        uint32_t index[COUNT];
        choose_frames(&choice, LENGTH, index);
        for (int i = 0; i < COUNT; i++) {
            seen[index[i]]++;
        }
    }
    // 600 expected of 6000 draws with p = 1/10: the deviation is 23; six of them.
    for (int i = 0; i < LENGTH; i++) {
        assert_in_range(seen[i], 600 - 140, 600 + 140);
    }
}

static void extreme_numbers(void **state)
{
    (void)state;
    struct choice choice = {.rule = CHOOSE_CONSECUTIVE, .samples = 1000, .frames = 2,
                            .stride = UINT32_MAX};
    free(chosen(&choice, UINT32_MAX));
    choice.stride = UINT32_MAX - 1;
    uint32_t *index = chosen(&choice, UINT32_MAX);
    assert_int_equal(index[0], 0);
    assert_int_equal(index[1], UINT32_MAX - 1);
    free(index);
    choice.rule = CHOOSE_MIDDLE;
    choice.stride = UINT32_MAX;
    free(chosen(&choice, UINT32_MAX));
    choice.rule = CHOOSE_RANDOM;
    free(chosen(&choice, UINT32_MAX));
    choice = one_sample(CHOOSE_MIDDLE, 1);
    index = chosen(&choice, UINT32_MAX);
    assert_int_equal(index[0], UINT32_MAX / 2);
    free(index);
}

static void check_known(const struct choice *choice, uint32_t n, const uint32_t *expected)
{
    uint32_t *index = chosen(choice, n);
    for (uint32_t i = 0; i < choice->samples * choice->frames; i++) {
        assert_int_equal(index[i], expected[i]);
    }
    free(index);
}

// Known by hand, so that a wrong formula on both sides would show.
static void known_choices(void **state)
{
    (void)state;
    struct choice choice = one_sample(CHOOSE_CENTERS, 3);
    check_known(&choice, 164, (const uint32_t[]){27, 82, 136});
    check_known(&choice, 1, (const uint32_t[]){0, 0, 0});
    check_known(&choice, 2, (const uint32_t[]){0, 1, 1});
    choice.rule = CHOOSE_UNIFORM;
    check_known(&choice, 2, (const uint32_t[]){0, 1, 1});
    check_known(&choice, UINT32_MAX, (const uint32_t[]){0, 2147483647, UINT32_MAX - 1});
    // The tutorial's thirty of a clip of 100: first, last, halves upward.
    choice.frames = 30;
    uint32_t *index = chosen(&choice, 100);
    assert_int_equal(index[0], 0);
    assert_int_equal(index[1], 3);
    assert_int_equal(index[29], 99);
    free(index);
    choice = (struct choice){.rule = CHOOSE_CONSECUTIVE, .samples = 2, .frames = 3, .stride = 2};
    check_known(&choice, 12, (const uint32_t[]){2, 4, 6, 6, 8, 10}); // of 8 places, 2 and 6
    check_known(&choice, 5, (const uint32_t[]){0, 2, 4, 0, 2, 4});
    check_known(&choice, 4, (const uint32_t[]){0, 2, 3, 0, 2, 3}); // the last one repeats
    choice.rule = CHOOSE_FIRST;
    check_known(&choice, 8, (const uint32_t[]){0, 2, 4, 6, 7, 7});
    choice.rule = CHOOSE_MIDDLE;
    check_known(&choice, 14, (const uint32_t[]){1, 3, 5, 7, 9, 11});
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(small_numbers),
        cmocka_unit_test(large_numbers),
        cmocka_unit_test(samples_cut_the_row),
        cmocka_unit_test(consecutive),
        cmocka_unit_test(first_and_middle),
        cmocka_unit_test(random_stays_in_its_segment),
        cmocka_unit_test(random_is_even),
        cmocka_unit_test(extreme_numbers),
        cmocka_unit_test(known_choices),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
