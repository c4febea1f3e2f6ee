// One training step of the product's float build against PyTorch's.

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>

#include <cmocka.h>
#include <math.h>
#include <stdlib.h>

#include "core/nn/train/trainer.h"
#include "tests/unit/nn_golden.h"

static void compare_tensors(const struct parameters *all, const float *got, const float *expected)
{
    double *a = malloc(all->total * sizeof *a);
    double *b = malloc(all->total * sizeof *b);
    assert_true(a && b);
    for (size_t i = 0; i < all->total; i++) {
        a[i] = (double)got[i];
        b[i] = (double)expected[i];
    }
    for (int k = 0; k < all->count; k++) {
        const struct parameter *p = &all->table[k];
        double distance = golden_distance(a + p->offset, b + p->offset, p->size);
        print_message("# %s: gradient differs by %.2g\n", p->name, distance);
        assert_true(distance < 1e-5);
    }
    free(a);
    free(b);
}

static void check_step(int thread_count)
{
    struct golden *golden = golden_read();
    struct net *net = golden_net();
    struct pack *pack = golden_pack();
    struct subset rows = golden_rows(pack);
    struct threads *threads;
    struct trainer *trainer;
    struct step_result step;
    struct error err = ERROR_INIT;
    struct trainer_options options = trainer_defaults();
    options.shuffle = false;
    assert_int_equal(threads_open(&threads, thread_count, &err), 0);
    assert_int_equal(trainer_open(&trainer, net, &pack->data, rows, &options, threads, &err), 0);
    assert_int_equal(trainer_step(trainer, &step, &err), 0);
    assert_true(fabs(step.loss - golden->float_loss) < 1e-6 * golden->float_loss);
    assert_int_equal(net_parameters(net)->total, GOLDEN_PARAMETERS);
    compare_tensors(net_parameters(net), trainer_gradient(trainer), golden->float_gradient);
    trainer_close(&trainer);
    threads_close(&threads);
    free((uint32_t *)rows.rows);
    pack_close(&pack);
    net_close(&net);
    free(golden);
}

static void test_one_step(void **state)
{
    (void)state;
    check_step(1);
    check_step(3);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_one_step),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
