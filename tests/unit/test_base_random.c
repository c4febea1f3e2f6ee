#include "core/base/random.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

// The published sequence of xoshiro256** from the state 1, 2, 3, 4.
static void generator(void **state)
{
    (void)state;
    static const uint64_t expected[] = {
        11520, 0, 1509978240, 1215971899390074240, 1216172134540287360, 607988272756665600,
        UINT64_C(16172922978634559625), UINT64_C(8476171486693032832),
        UINT64_C(10595114339597558777), 2904607092377533576,
    };
    struct random r = {{1, 2, 3, 4}};
    for (size_t i = 0; i < sizeof expected / sizeof expected[0]; i++) {
        assert_true(random_u64(&r) == expected[i]);
    }
}

// Seeds end up in packs and models, so these numbers may never change. They
// come from a second implementation of the documented rule.
static void seeding(void **state)
{
    (void)state;
    static const struct {
        uint64_t seed, stream, expected[3];
    } cases[] = {
        {54321, 0, {UINT64_C(0x482debc5f1359e4c), UINT64_C(0xa4c7940682e4596c),
                    UINT64_C(0x44d5785c0229c134)}},
        {54321, 1, {UINT64_C(0x586d90a1c4ae1455), UINT64_C(0x02a4b18fb1386ad8),
                    UINT64_C(0x62c878574e56d1e3)}},
        {0, 0, {UINT64_C(0x9fb83845efaf8163), UINT64_C(0xc7206727683b6ad3),
                UINT64_C(0xa9bcfc516e2b64d2)}},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct random r;
        random_seed(&r, cases[i].seed, cases[i].stream);
        for (int k = 0; k < 3; k++) {
            assert_true(random_u64(&r) == cases[i].expected[k]);
        }
    }
    assert_true(random_hash_text(0, "") == UINT64_C(0x48218226ff3cd4bf));
    assert_true(random_hash_text(1, "") == UINT64_C(0xdce423fc82c0d5b8));
    assert_true(random_hash_text(54321, "v_Archery_g01_c01") == UINT64_C(0x53b7cf8037965aa8));
    assert_true(random_hash_text(0, "ab") != random_hash_text(0, "ba"));
}

static void a_copy_goes_on_alike(void **state)
{
    (void)state;
    struct random a, b;
    random_seed(&a, 9, 3);
    for (int i = 0; i < 100; i++) {
        random_normal(&a);
    }
    b = a; // what a checkpoint does
    for (int i = 0; i < 100; i++) {
        assert_true(random_normal(&a) == random_normal(&b));
        assert_true(random_u64(&a) == random_u64(&b));
    }
}

// Chi-square of counts against a uniform expectation.
static double chi_square(const int *counts, int cells, int draws)
{
    double expected = (double)draws / cells, sum = 0;
    for (int i = 0; i < cells; i++) {
        sum += (counts[i] - expected) * (counts[i] - expected) / expected;
    }
    return sum;
}

static void below_is_uniform(void **state)
{
    (void)state;
    enum { DRAWS = 100000, CELLS = 10 };
    struct random r;
    random_seed(&r, 1, 0);
    int counts[CELLS] = {0};
    for (int i = 0; i < DRAWS; i++) {
        uint64_t x = random_below(&r, CELLS);
        assert_true(x < CELLS);
        counts[x]++;
    }
    assert_true(chi_square(counts, CELLS, DRAWS) < 27.9); // 9 degrees of freedom, p = 0.001

    // With 3 * 2^62 a plain remainder would favour the lowest quarter 2 to 1.
    uint64_t bound = UINT64_C(3) << 62;
    int thirds[3] = {0};
    for (int i = 0; i < DRAWS; i++) {
        uint64_t x = random_below(&r, bound);
        assert_true(x < bound);
        thirds[x >> 62]++;
    }
    assert_true(chi_square(thirds, 3, DRAWS) < 13.9); // 2 degrees of freedom
    for (int i = 0; i < 100; i++) {
        assert_true(random_below(&r, 1) == 0);
        assert_true(random_below(&r, UINT64_MAX) < UINT64_MAX);
    }
}

static void unit_and_normal(void **state)
{
    (void)state;
    enum { DRAWS = 200000 };
    struct random r;
    random_seed(&r, 2, 0);
    int cells[16] = {0};
    for (int i = 0; i < DRAWS; i++) {
        double x = random_unit(&r);
        assert_true(x >= 0 && x < 1);
        cells[(int)(x * 16)]++;
    }
    assert_true(chi_square(cells, 16, DRAWS) < 37.7); // 15 degrees of freedom

    double sum = 0, squares = 0, fourth = 0;
    int beyond_two = 0;
    for (int i = 0; i < DRAWS; i++) {
        double x = random_normal(&r);
        sum += x;
        squares += x * x;
        fourth += x * x * x * x;
        beyond_two += fabs(x) > 2;
    }
    assert_true(fabs(sum / DRAWS) < 0.01);
    assert_true(fabs(squares / DRAWS - 1) < 0.015);
    assert_true(fabs(fourth / DRAWS - 3) < 0.1);
    assert_true(fabs((double)beyond_two / DRAWS - 0.0455) < 0.002);
}

static void streams_are_independent(void **state)
{
    (void)state;
    enum { DRAWS = 100000 };
    static const uint64_t pairs[][4] = {
        {5, 0, 5, 1}, {5, 0, 6, 0}, {5, 1, 6, 0}, {5, 6, 6, 5}, {0, 0, 0, UINT64_MAX},
    };
    for (size_t p = 0; p < sizeof pairs / sizeof pairs[0]; p++) {
        struct random a, b;
        random_seed(&a, pairs[p][0], pairs[p][1]);
        random_seed(&b, pairs[p][2], pairs[p][3]);
        double product = 0;
        for (int i = 0; i < DRAWS; i++) {
            product += (random_unit(&a) - 0.5) * (random_unit(&b) - 0.5);
        }
        // The standard error of the correlation is 1 / sqrt(DRAWS).
        assert_true(fabs(product / DRAWS * 12) < 4 / sqrt(DRAWS));
    }
}

static void shuffling(void **state)
{
    (void)state;
    enum { DRAWS = 60000 };
    struct random r;
    random_seed(&r, 3, 0);
    int counts[6] = {0};
    for (int i = 0; i < DRAWS; i++) {
        uint32_t v[3] = {0, 1, 2};
        random_shuffle_u32(&r, v, 3);
        assert_true(v[0] + v[1] + v[2] == 3 && v[0] * v[1] * v[2] == 0 && v[0] != v[1]);
        counts[v[0] * 2 + (v[1] > v[2])]++;
    }
    assert_true(chi_square(counts, 6, DRAWS) < 20.6); // 5 degrees of freedom

    uint32_t many[1000], canary = 12345;
    for (uint32_t i = 0; i < 1000; i++) {
        many[i] = i;
    }
    random_shuffle_u32(&r, many, 1000);
    uint8_t seen[1000] = {0};
    for (uint32_t i = 0; i < 1000; i++) {
        assert_true(many[i] < 1000 && !seen[many[i]]);
        seen[many[i]] = 1;
    }
    random_shuffle_u32(&r, &canary, 0);
    random_shuffle_u32(&r, &canary, 1);
    assert_true(canary == 12345);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(generator),
        cmocka_unit_test(seeding),
        cmocka_unit_test(a_copy_goes_on_alike),
        cmocka_unit_test(below_is_uniform),
        cmocka_unit_test(unit_and_normal),
        cmocka_unit_test(streams_are_independent),
        cmocka_unit_test(shuffling),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
