// Evaluation against its definition, worked out from the probabilities.

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>

#include <cmocka.h>
#include <math.h>

#include "core/nn/trainer.h"
#include "tests/unit/nn_fixture.h"

enum { CLASSES = 6, SIDE = 24 };

static void test_evaluation(void **state)
{
    (void)state;
    struct net *net = fixture_net("conv 5x5x6\nrelu\nmaxpool 2\nflatten\nlinear",
                                  (struct net_input){3, SIDE, SIDE, 1}, CLASSES);
    struct fixture_data f = fixture_data_make(30, 3, SIDE, SIDE, CLASSES);
    struct threads *threads;
    uint32_t rows[] = {4, 29, 7, 7, 0, 15};
    f.labels[7] = DATASET_UNLABELLED;
    struct subset subset = {rows, 6};
    float p[6][3][CLASSES];
    struct evaluation e;
    struct error err = ERROR_INIT;
    net_init(net, 1);
    assert_int_equal(threads_open(&threads, 2, &err), 0);
    assert_int_equal(net_evaluate(net, &f.data, subset, threads, &p[0][0][0], &e,
                                  &err), 0);
    double loss = 0;
    int frames_right = 0, samples_right = 0;
    for (int i = 0; i < 6; i++) {
        double sums[CLASSES] = {0};
        int label = f.labels[rows[i]];
        int best_sum = 0;
        for (int t = 0; t < 3; t++) {
            double one = 0;
            int best = 0;
            for (int k = 0; k < CLASSES; k++) {
                one += (double)p[i][t][k];
                sums[k] += (double)p[i][t][k];
                best = p[i][t][k] > p[i][t][best] ? k : best;
            }
            assert_true(fabs(one - 1) < 1e-6);
            if (label < CLASSES) {
                loss -= log((double)p[i][t][label]);
                frames_right += best == label;
            }
        }
        for (int k = 0; k < CLASSES; k++) {
            best_sum = sums[k] > sums[best_sum] ? k : best_sum;
        }
        samples_right += best_sum == label;
    }
    assert_memory_equal(p[2], p[3], sizeof p[2]); // the same row twice
    assert_int_equal(e.samples, 4);
    assert_int_equal(e.frames, 12);
    assert_true(fabs(e.loss - loss / 12) < 1e-6);
    assert_true(fabs(e.accuracy_frame - frames_right / 12.) < 1e-12);
    assert_true(fabs(e.accuracy_sample - samples_right / 4.) < 1e-12);
    // Nothing labelled, and nothing at all.
    subset = (struct subset){rows + 2, 2};
    assert_int_equal(net_evaluate(net, &f.data, subset, threads, NULL, &e, &err), 0);
    assert_true(e.samples == 0 && e.frames == 0 && e.loss == 0 && e.accuracy_sample == 0);
    subset.count = 0;
    assert_int_equal(net_evaluate(net, &f.data, subset, threads, NULL, &e, &err), 0);
    assert_int_equal(e.samples, 0);
    threads_close(&threads);
    fixture_data_free(&f);
    net_close(&net);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_evaluation),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
