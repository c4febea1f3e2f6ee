// A training that this machine has no memory for is refused before any of it is
// taken, and what is refused is the sum of all that it needs.

#ifndef _GNU_SOURCE
#define _GNU_SOURCE // RTLD_NEXT
#endif

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>

#include <cmocka.h>
#include <dlfcn.h>
#include <string.h>
#include <unistd.h>

#include "core/nn/arena.h"
#include "core/nn/train/trainer.h"
#include "tests/unit/nn_fixture.h"

enum { PAGE = 4096, CLASSES = 3, SIDE = 16 };

// What the machine seems to have; 0: what it has.
static long pretended_pages;

// In the place of the C library's, for all that is linked into this program.
long sysconf(int name)
{
    long (*real_sysconf)(int);
    void *symbol = dlsym(RTLD_NEXT, "sysconf");
    memcpy(&real_sysconf, &symbol, sizeof real_sysconf);
    if (pretended_pages > 0 && name == _SC_PHYS_PAGES) {
        return pretended_pages;
    }
    if (pretended_pages > 0 && name == _SC_PAGESIZE) {
        return PAGE;
    }
    return real_sysconf(name);
}

static void test_beside(void **state)
{
    (void)state;
    struct error err = ERROR_INIT;
    struct arena arena = {.beside = 3 * PAGE};
    arena_plan(&arena, 2 * PAGE, 1);
    pretended_pages = 4;
    assert_int_equal(arena_allocate(&arena, "a thing", &err), ERR_NOMEM);
    assert_null(arena.base);
    pretended_pages = 5;
    err = (struct error)ERROR_INIT;
    assert_int_equal(arena_allocate(&arena, "a thing", &err), 0);
    pretended_pages = 0;
    arena_free(&arena);
}

static void test_message(void **state)
{
    (void)state;
    struct error err = ERROR_INIT;
    struct arena arena = {.beside = (size_t)3 << 30};
    arena_plan(&arena, (size_t)1 << 30, 1);
    pretended_pages = (long)2 << 18;
    assert_int_equal(arena_allocate(&arena, "a thing", &err), ERR_NOMEM);
    assert_string_equal(err.text, "a thing needs 4.0 GiB of memory, this machine has 2.0");
    pretended_pages = 0;
}

struct setup {
    struct net *net;
    struct fixture_data f;
    struct threads *threads;
};

static bool opens(const struct setup *s, const struct trainer_options *options, long pages)
{
    struct trainer *trainer = NULL;
    struct error err = ERROR_INIT;
    pretended_pages = pages;
    int code = trainer_open(&trainer, s->net, &s->f.data, s->f.all, options, s->threads, &err);
    pretended_pages = 0;
    if (code < 0) {
        assert_int_equal(code, ERR_NOMEM);
        assert_non_null(strstr(err.text, "GiB of memory, this machine has"));
        assert_null(trainer);
    }
    trainer_close(&trainer);
    return code == 0;
}

// The fewest pages with which it opens.
static long needed(const struct setup *s, enum optimiser_kind kind)
{
    struct trainer_options options = trainer_defaults();
    options.optimiser = optimiser_defaults(kind);
    options.batch = 2;
    long low = 1, high = 1 << 15;
    assert_false(opens(s, &options, low));
    assert_true(opens(s, &options, high));
    while (high - low > 1) {
        long middle = low + (high - low) / 2;
        if (opens(s, &options, middle)) {
            high = middle;
        } else {
            low = middle;
        }
    }
    return high;
}

static void test_training(void **state)
{
    (void)state;
    struct setup s;
    struct error err = ERROR_INIT;
    s.net = fixture_net("flatten\nlinear 256\nrelu\nlinear", (struct net_input){3, SIDE, SIDE, 1},
                        CLASSES);
    s.f = fixture_data_make(4, 1, SIDE, SIDE, CLASSES);
    assert_int_equal(threads_open(&s.threads, 1, &err), 0);
    double each = (double)net_parameters(s.net)->trained * sizeof(real) / PAGE;
    double sgd = (double)needed(&s, OPTIMISER_SGD);
    double rmsprop = (double)needed(&s, OPTIMISER_RMSPROP);
    double adam = (double)needed(&s, OPTIMISER_ADAM);
    // Parameters, and a gradient for each of two blocks, at least; then one array
    // more, or two. Within a page.
    assert_true(sgd >= 3 * each);
    assert_float_equal(rmsprop - sgd, each, 1);
    assert_float_equal(adam - sgd, 2 * each, 1);
    threads_close(&s.threads);
    fixture_data_free(&s.f);
    net_close(&s.net);
}

// What is counted is what is made.
static void test_arrays(void **state)
{
    (void)state;
    for (int kind = 0; optimiser_names[kind]; kind++) {
        for (int variant = 0; variant < 8; variant++) {
            struct optimiser optimiser = {0};
            struct error err = ERROR_INIT;
            struct optimiser_options options = optimiser_defaults((enum optimiser_kind)kind);
            options.momentum = variant & 1 ? 0.9 : 0;
            options.centered = options.amsgrad = variant & 2;
            bool moving = variant & 4;
            assert_int_equal(optimiser_open(&optimiser, &options, moving, 5, &err), 0);
            assert_int_equal(optimiser_array_count(&options, moving), optimiser.array_count);
            optimiser_close(&optimiser);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_beside),
        cmocka_unit_test(test_message),
        cmocka_unit_test(test_training),
        cmocka_unit_test(test_arrays),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
