// Arrays that share memory: never two that are needed at once, and not more
// memory than that takes.

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>

#include <cmocka.h>

#include "core/nn/graph/lifetime.h"
#include "tests/unit/nn_fixture.h"

enum { MOST = 60 };

static bool is_needed(const struct lifetime *a)
{
    return a->first <= a->last;
}

static bool apart(const struct lifetime *a, const struct lifetime *b)
{
    return !is_needed(a) || !is_needed(b) || a->last < b->first || b->last < a->first
        || a->at + a->bytes <= b->at || b->at + b->bytes <= a->at;
}

static void test_random(void **state)
{
    (void)state;
    for (uint64_t round = 0; round < 200; round++) {
        struct lifetime arrays[MOST];
        int order[MOST];
        size_t needed[64] = {0}; // in each step
        size_t total = 0;
        size_t sum = 0;
        for (uint64_t i = 0; i < MOST; i++) {
            uint64_t r = fixture_hash(61, round * MOST + i);
            int first = (int)(r % 50);
            arrays[i] = (struct lifetime){first, first + (int)(r / 64 % 10) - 1,
                                          1 + r / 1024 % 5000, 0};
            for (int k = first; k <= arrays[i].last; k++) {
                needed[k] += arrays[i].bytes;
            }
            sum += is_needed(&arrays[i]) ? arrays[i].bytes : 0;
        }
        assert_true(lifetime_place(&total, arrays, MOST, order));
        for (int i = 0; i < MOST; i++) {
            assert_int_equal(arrays[i].at % 64, 0);
            assert_true(!is_needed(&arrays[i])
                        || arrays[i].at + arrays[i].bytes <= total);
            for (int k = 0; k < i; k++) {
                assert_true(apart(&arrays[i], &arrays[k]));
            }
        }
        size_t most = 0;
        for (int k = 0; k < 64; k++) {
            most = needed[k] > most ? needed[k] : most;
        }
        assert_true(total >= most && total < sum / 2);
    }
}

// A chain, as evaluation of a plain net: two arrays are needed at a time.
static void test_chain(void **state)
{
    (void)state;
    struct lifetime arrays[10];
    int order[10];
    size_t total;
    for (int i = 0; i < 10; i++) {
        arrays[i] = (struct lifetime){i, i + 1, 640, 0};
    }
    assert_true(lifetime_place(&total, arrays, 10, order));
    assert_int_equal(total, 2 * 640);
}

static void test_too_large(void **state)
{
    (void)state;
    struct lifetime arrays[3] = {{0, 5, SIZE_MAX / 2, 0}, {1, 3, SIZE_MAX / 2, 0}, {2, 2, 64, 0}};
    int order[3];
    size_t total = 7;
    assert_false(lifetime_place(&total, arrays, 3, order));
    arrays[0].bytes = SIZE_MAX;
    assert_false(lifetime_place(&total, arrays, 1, order));
    assert_false(lifetime_place(&total, arrays, 0, NULL));
    assert_int_equal(total, 7);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_random),
        cmocka_unit_test(test_chain),
        cmocka_unit_test(test_too_large),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
