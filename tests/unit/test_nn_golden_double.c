// Fifty training steps of the double build against PyTorch's in float64.

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>

#include <cmocka.h>
#include <math.h>
#include <stdlib.h>

#include "core/nn/train/trainer.h"
#include "tests/unit/nn_golden.h"

#ifndef NN_DOUBLE
#error "this is the double build's test"
#endif

static void compare(const char *what, const struct parameters *all, const double *got,
                    const double *expected)
{
    for (int k = 0; k < all->count; k++) {
        const struct parameter *p = &all->table[k];
        double distance = golden_distance(got + p->offset, expected + p->offset, p->size);
        print_message("# %s: %s differs by %.2g\n", p->name, what, distance);
        assert_true(distance < 1e-9);
    }
}

static void test_fifty_steps(void **state)
{
    (void)state;
    struct golden *golden = golden_read();
    struct net *net = golden_net();
    struct pack *pack = golden_pack();
    struct subset rows = golden_rows(pack);
    struct threads *threads;
    struct trainer *trainer;
    struct error err = ERROR_INIT;
    struct trainer_options options = trainer_defaults();
    options.shuffle = false;
    assert_int_equal(threads_open(&threads, 1, &err), 0);
    assert_int_equal(trainer_open(&trainer, net, &pack->data, rows, &options, threads, &err), 0);
    for (int i = 0; i < GOLDEN_STEPS; i++) {
        struct step_result step;
        assert_int_equal(trainer_step(trainer, &step, &err), 0);
        if (!(fabs(step.loss - golden->losses[i]) <= 1e-9 * golden->losses[i])) {
            fail_msg("step %d: loss %.15g, PyTorch %.15g", i + 1, step.loss, golden->losses[i]);
        }
        if (i == 0) {
            compare("gradient", net_parameters(net), trainer_gradient(trainer), golden->gradient);
        }
    }
    // The test means something only if the training went somewhere.
    assert_true(golden->losses[GOLDEN_STEPS - 1] < 0.8 * golden->losses[0]);
    compare("parameter", net_parameters(net), net_parameters(net)->values, golden->last);
    trainer_close(&trainer);
    threads_close(&threads);
    free((uint32_t *)rows.rows);
    pack_close(&pack);
    net_close(&net);
    free(golden);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_fifty_steps),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
