#include "core/base/threads.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

enum { TASKS_MAX = 1000 };

struct tally {
    atomic_int runs[TASKS_MAX];
    atomic_int busy[THREADS_MAX]; // is somebody using this thread's scratch?
    atomic_int wrong;
    int count;
};

static void tally_task(void *context, int index, int thread)
{
    struct tally *tally = context;
    if (thread < 0 || thread >= tally->count || index < 0 || index >= TASKS_MAX) {
        atomic_fetch_add(&tally->wrong, 1);
        return;
    }
    if (atomic_fetch_add(&tally->busy[thread], 1) != 0) {
        atomic_fetch_add(&tally->wrong, 1);
    }
    atomic_fetch_add(&tally->runs[index], 1);
    atomic_fetch_sub(&tally->busy[thread], 1);
}

static void every_task_runs_once(void **state)
{
    (void)state;
    static const int counts[] = {1, 2, 3, 4, 9, 32};
    static const int sizes[] = {0, 1, 2, 3, 7, 64, TASKS_MAX};
    static struct tally tally;
    for (size_t c = 0; c < sizeof counts / sizeof counts[0]; c++) {
        struct error err = ERROR_INIT;
        struct threads *threads = NULL;
        assert_int_equal(threads_open(&threads, counts[c], &err), 0);
        assert_int_equal(threads_count(threads), counts[c]);
        for (size_t s = 0; s < sizeof sizes / sizeof sizes[0]; s++) {
            memset(&tally, 0, sizeof tally);
            tally.count = counts[c];
            threads_run(threads, sizes[s], tally_task, &tally);
            assert_int_equal(tally.wrong, 0);
            for (int i = 0; i < TASKS_MAX; i++) {
                assert_int_equal(tally.runs[i], i < sizes[s] ? 1 : 0);
            }
        }
        threads_close(&threads);
        assert_null(threads);
    }
}

// Plain memory, written by one round and read by the next: threads_run must
// order it (a thread sanitizer build checks just that).
struct chain {
    uint32_t values[2][16];
    int from;
};

static void chain_task(void *context, int index, int thread)
{
    (void)thread;
    struct chain *chain = context;
    const uint32_t *from = chain->values[chain->from];
    chain->values[1 - chain->from][index] = from[index] * 3 + from[(index + 5) % 16];
}

static void rounds_follow_each_other(void **state)
{
    (void)state;
    enum { ROUNDS = 5000 };
    uint32_t expected[16] = {0};
    for (int count = 1; count <= 4; count++) {
        struct error err = ERROR_INIT;
        struct threads *threads;
        assert_int_equal(threads_open(&threads, count, &err), 0);
        struct chain chain = {.from = 0};
        for (uint32_t i = 0; i < 16; i++) {
            chain.values[0][i] = i + 1;
        }
        for (int round = 0; round < ROUNDS; round++) {
            threads_run(threads, 16, chain_task, &chain);
            chain.from = 1 - chain.from;
        }
        threads_close(&threads);
        if (count == 1) {
            memcpy(expected, chain.values[chain.from], sizeof expected);
        }
        assert_memory_equal(chain.values[chain.from], expected, sizeof expected);
    }
}

static void open_and_close_often(void **state)
{
    (void)state;
    static struct tally tally;
    for (int i = 0; i < 200; i++) {
        struct error err = ERROR_INIT;
        struct threads *threads;
        assert_int_equal(threads_open(&threads, 1 + i % 5, &err), 0);
        if (i % 2) { // a crew that never worked closes, too
            memset(&tally, 0, sizeof tally);
            tally.count = 1 + i % 5;
            threads_run(threads, 3, tally_task, &tally);
            assert_int_equal(tally.wrong, 0);
        }
        threads_close(&threads);
    }
    struct threads *none = NULL;
    threads_close(&none);
}

static void bounds(void **state)
{
    (void)state;
    static const int bad[] = {0, -1, THREADS_MAX + 1};
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        struct error err = ERROR_INIT;
        struct threads *threads = NULL;
        assert_int_equal(threads_open(&threads, bad[i], &err), ERR_VALUE);
        assert_null(threads);
        assert_non_null(strstr(err.text, "256"));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_task_runs_once),
        cmocka_unit_test(rounds_follow_each_other),
        cmocka_unit_test(open_and_close_often),
        cmocka_unit_test(bounds),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
