// Evaluation against its definition, worked out from the probabilities.

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>

#include <cmocka.h>
#include <math.h>
#include <string.h>

#include "core/nn/train/evaluate.h"
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

// ---- against its definition ----

enum { ROWS = 30, MANY = 9 }; // classes enough for five to be a choice

struct expected {
    uint64_t frames[MANY][MANY], samples[MANY][MANY];
    size_t right5[2];
    double loss, loss_sample;
};

static int rank_in(const double *numbers, int label)
{
    int before = 0;
    for (int k = 0; k < MANY; k++) {
        before += numbers[k] > numbers[label] || (numbers[k] == numbers[label] && k < label);
    }
    return before;
}

static int best_of(const double *numbers)
{
    int best = 0;
    while (rank_in(numbers, best) > 0) {
        best++;
    }
    return best;
}

static void expect(struct expected *e, float p[ROWS][3][MANY], const uint16_t *labels)
{
    memset(e, 0, sizeof *e);
    for (int i = 0; i < ROWS; i++) {
        int label = labels[i];
        double mean[MANY] = {0};
        for (int t = 0; t < 3; t++) {
            double frame[MANY];
            for (int k = 0; k < MANY; k++) {
                frame[k] = (double)p[i][t][k];
                mean[k] += frame[k] / 3;
            }
            e->frames[label][best_of(frame)]++;
            e->right5[0] += rank_in(frame, label) < 5;
            e->loss -= log(frame[label]) / (3 * ROWS);
        }
        e->samples[label][best_of(mean)]++;
        e->right5[1] += rank_in(mean, label) < 5;
        e->loss_sample -= log(mean[label]) / ROWS;
    }
}

// The logits of the frames as they are: their softmax, worked out here, is the answer.
static void check_logits(float logits[ROWS][3][MANY], float p[ROWS][3][MANY])
{
    for (int i = 0; i < ROWS * 3; i++) {
        const float *scores = &logits[0][0][0] + (ptrdiff_t)i * MANY;
        double sum = 0;
        for (int k = 0; k < MANY; k++) {
            sum += exp((double)scores[k]);
        }
        for (int k = 0; k < MANY; k++) {
            assert_true(fabs(exp((double)scores[k]) / sum
                             - (double)(&p[0][0][0])[i * MANY + k]) < 1e-6);
        }
    }
}

static void evaluate_all(struct net *net, const struct fixture_data *f, bool flip,
                         float p[ROWS][3][MANY], float logits[ROWS][3][MANY])
{
    struct expected wanted, got;
    struct evaluation e;
    struct threads *threads;
    struct error err = ERROR_INIT;
    memset(&got, 0, sizeof got);
    got.frames[2][3] = 1000; // what is there is added to
    struct evaluation_options options = {
        .flip = flip,
        .confusion_frame = &got.frames[0][0],
        .confusion_sample = &got.samples[0][0],
        .logits = logits ? &logits[0][0][0] : NULL,
    };
    assert_int_equal(threads_open(&threads, 2, &err), 0);
    assert_int_equal(net_evaluate_with(net, &f->data, f->all, threads, &options, &p[0][0][0], &e,
                                       &err), 0);
    threads_close(&threads);
    expect(&wanted, p, f->labels);
    got.frames[2][3] -= 1000;
    assert_memory_equal(got.frames, wanted.frames, sizeof wanted.frames);
    assert_memory_equal(got.samples, wanted.samples, sizeof wanted.samples);
    assert_int_equal(e.frames_right5, wanted.right5[0]);
    assert_int_equal(e.samples_right5, wanted.right5[1]);
    assert_true(e.samples_right5 > e.samples_right && e.samples_right5 < ROWS);
    assert_true(fabs(e.loss - wanted.loss) < 1e-5);
    assert_true(fabs(e.loss_sample - wanted.loss_sample) < 1e-5);
    size_t right = 0;
    for (int k = 0; k < MANY; k++) {
        right += (size_t)wanted.samples[k][k];
    }
    assert_int_equal(e.samples_right, right);
    assert_true(e.accuracy_sample == (double)right / ROWS);
}

// With `flip` answers are the means with those for mirrored frames.
static void test_counts_and_flip(void **state)
{
    (void)state;
    struct net *net = fixture_net("conv 5x5x6\nrelu\nmaxpool 2\nflatten\nlinear",
                                  (struct net_input){3, SIDE, SIDE, 1}, MANY);
    struct fixture_data f = fixture_data_make(ROWS, 3, SIDE, SIDE, MANY);
    static float plain[ROWS][3][MANY], mirrored[ROWS][3][MANY], both[ROWS][3][MANY];
    static float logits[ROWS][3][MANY], logits_both[ROWS][3][MANY];
    fixture_fill_parameters(net);
    evaluate_all(net, &f, false, plain, logits);
    evaluate_all(net, &f, true, both, logits_both);
    check_logits(logits, plain);
    assert_memory_equal(logits, logits_both, sizeof logits); // not of mirror images
    for (size_t y = 0; y < (size_t)ROWS * 3 * SIDE; y++) {
        uint8_t *row = f.frames + y * SIDE * 3;
        for (int a = 0, b = SIDE - 1; a < b; a++, b--) {
            uint8_t swap[3];
            memcpy(swap, row + 3 * a, 3);
            memcpy(row + 3 * a, row + 3 * b, 3);
            memcpy(row + 3 * b, swap, 3);
        }
    }
    evaluate_all(net, &f, false, mirrored, NULL);
    int differ = 0;
    for (int i = 0; i < ROWS * 3 * MANY; i++) {
        float a = (&plain[0][0][0])[i], b = (&mirrored[0][0][0])[i];
        assert_true((&both[0][0][0])[i] == (a + b) / 2);
        differ += fabsf(a - b) > 1e-4f;
    }
    assert_true(differ > ROWS * 3);
    fixture_data_free(&f);
    net_close(&net);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_evaluation),
        cmocka_unit_test(test_counts_and_flip),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
