// Training and evaluation as the programs call them.

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>

#include <cmocka.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "core/nn/train/evaluate.h"
#include "core/nn/train/trainer.h"
#include "tests/unit/nn_fixture.h"

enum { CLASSES = 6, SIDE = 24 };

static const char small[] = "conv 5x5x6\nrelu\nmaxpool 2\nconv 3x3x8 padding=1\nrelu\n"
                            "maxpool 2\nflatten\nlinear";

// A training in progress.
struct job {
    struct net *net;
    struct fixture_data f;
    struct threads *threads;
    struct trainer *trainer;
};

static void job_open(struct job *job, size_t samples, int thread_count,
                     struct trainer_options options)
{
    struct error err = ERROR_INIT;
    job->net = fixture_net(small, (struct net_input){3, SIDE, SIDE, 1}, CLASSES);
    net_init(job->net, options.seed);
    job->f = fixture_data_make(samples, 3, SIDE, SIDE, CLASSES);
    assert_int_equal(threads_open(&job->threads, thread_count, &err), 0);
    if (trainer_open(&job->trainer, job->net, &job->f.data, job->f.all, &options, job->threads,
                     &err)) {
        fail_msg("%s", err.text);
    }
}

static void job_close(struct job *job)
{
    trainer_close(&job->trainer);
    threads_close(&job->threads);
    fixture_data_free(&job->f);
    net_close(&job->net);
}

static struct step_result step(struct job *job)
{
    struct step_result result;
    struct error err = ERROR_INIT;
    if (trainer_step(job->trainer, &result, &err)) {
        fail_msg("%s", err.text);
    }
    return result;
}

static struct evaluation evaluate(struct job *job, float *probabilities)
{
    struct evaluation e;
    struct error err = ERROR_INIT;
    if (net_evaluate(job->net, &job->f.data, job->f.all, job->threads, probabilities, &e, &err)) {
        fail_msg("%s", err.text);
    }
    return e;
}

// ---- the same bits for any number of threads ----

enum { SAMPLES = 33, STEPS = 9, OUTPUTS = SAMPLES * 3 * CLASSES };

struct outcome {
    real *values;
    size_t bytes;
    double losses[STEPS];
    struct evaluation evaluation;
    float probabilities[OUTPUTS];
};

static struct outcome train(int thread_count, bool shuffle, int batch)
{
    struct trainer_options options = trainer_defaults();
    options.shuffle = shuffle;
    options.batch = batch;
    options.optimiser.lr = 1e-3;
    struct job job;
    job_open(&job, SAMPLES, thread_count, options);
    struct outcome made;
    memset(&made, 0, sizeof made); // padding too: outcomes are compared as bytes
    for (int i = 0; i < STEPS; i++) {
        made.losses[i] = step(&job).loss;
    }
    struct parameters *all = net_parameters(job.net);
    made.bytes = all->total * sizeof *all->values;
    made.values = malloc(made.bytes);
    assert_non_null(made.values);
    memcpy(made.values, all->values, made.bytes);
    made.evaluation = evaluate(&job, made.probabilities);
    job_close(&job);
    return made;
}

static bool same(const struct outcome *a, const struct outcome *b)
{
    return memcmp(a->values, b->values, a->bytes) == 0
        && memcmp(a->losses, b->losses, sizeof a->losses) == 0
        && memcmp(a->probabilities, b->probabilities, sizeof a->probabilities) == 0
        && memcmp(&a->evaluation, &b->evaluation, sizeof a->evaluation) == 0;
}

static void test_threads_change_nothing(void **state)
{
    (void)state;
    // 99 examples: the last batch of 32 has three, that of 20 nineteen.
    static const int batches[] = {32, 20, 5};
    static const int counts[] = {2, 3, 7};
    for (int shuffle = 0; shuffle < 2; shuffle++) {
        for (int b = 0; b < 3; b++) {
            struct outcome one = train(1, shuffle, batches[b]);
            for (int c = 0; c < 3; c++) {
                struct outcome many = train(counts[c], shuffle, batches[b]);
                assert_true(same(&one, &many));
                free(many.values);
            }
            struct outcome other = train(1, !shuffle, batches[b]);
            assert_false(same(&one, &other)); // so the comparison can fail
            free(other.values);
            free(one.values);
        }
    }
}

// ---- epochs ----

static void test_epochs(void **state)
{
    (void)state;
    struct trainer_options options = trainer_defaults();
    options.batch = 7;
    struct job job;
    job_open(&job, 8, 2, options); // 24 examples: 7 7 7 3
    assert_int_equal(trainer_steps_per_epoch(job.trainer), 4);
    for (int epoch = 0; epoch < 3; epoch++) {
        for (int i = 0; i < 4; i++) {
            assert_int_equal(trainer_step_number(job.trainer), epoch * 4 + i);
            assert_int_equal(step(&job).examples, i < 3 ? 7 : 3);
        }
    }
    job_close(&job);
    options.batch = 1000;
    job_open(&job, 8, 2, options);
    assert_int_equal(trainer_steps_per_epoch(job.trainer), 1);
    assert_int_equal(step(&job).examples, 24);
    job_close(&job);
}

// Every example comes once in an epoch, whatever the order: with a learning
// rate too small to change anything, the losses of an epoch add up to the same.
static void test_an_epoch_is_all_examples(void **state)
{
    (void)state;
    double first_order[3] = {0};
    for (int shuffle = 0; shuffle < 2; shuffle++) {
        struct trainer_options options = trainer_defaults();
        options.batch = 10;
        options.shuffle = shuffle;
        options.optimiser.lr = 1e-30;
        struct job job;
        job_open(&job, 11, 2, options);
        double expected = evaluate(&job, NULL).loss;
        for (int epoch = 0; epoch < 3; epoch++) {
            double sum = 0;
            int correct = 0;
            for (uint64_t i = 0; i < trainer_steps_per_epoch(job.trainer); i++) {
                struct step_result result = step(&job);
                sum += result.loss * result.examples;
                correct += result.correct;
                if (i == 0) {
                    first_order[epoch] = result.loss;
                }
            }
            assert_true(fabs(sum / 33 - expected) < 1e-6);
            assert_int_equal(correct, lround(evaluate(&job, NULL).accuracy_frame * 33));
        }
        // Shuffled, every epoch has an order of its own.
        assert_true((first_order[0] != first_order[1] && first_order[1] != first_order[2])
                    == shuffle);
        job_close(&job);
    }
}

static void test_overfits(void **state)
{
    (void)state;
    struct trainer_options options = trainer_defaults();
    options.batch = 8;
    options.optimiser.lr = 1e-3;
    struct job job;
    job_open(&job, 8, 2, options);
    double before = evaluate(&job, NULL).loss;
    for (int i = 0; i < 240; i++) {
        step(&job);
    }
    struct evaluation after = evaluate(&job, NULL);
    assert_true(before > 1.5);
    assert_true(after.loss < 0.05);
    assert_true(after.accuracy_frame == 1 && after.accuracy_sample == 1);
    assert_int_equal(after.samples, 8);
    assert_int_equal(after.frames, 24);
    job_close(&job);
}

// ---- what cannot be ----

static void expect_refused(struct job *job, struct subset subset, struct trainer_options options,
                           const char *part)
{
    struct trainer *trainer = (struct trainer *)job; // must stay as it is
    struct error err = ERROR_INIT;
    assert_int_equal(trainer_open(&trainer, job->net, &job->f.data, subset, &options,
                                  job->threads, &err), ERR_VALUE);
    assert_ptr_equal(trainer, job);
    if (!strstr(err.text, part)) {
        fail_msg("'%s' lacks '%s'", err.text, part);
    }
}

static void test_refusals(void **state)
{
    (void)state;
    struct trainer_options options = trainer_defaults();
    struct job job;
    job_open(&job, 5, 1, options);
    uint32_t beyond[] = {1, 5};
    expect_refused(&job, (struct subset){beyond, 2}, options, "sample 5: there are only 5");
    expect_refused(&job, (struct subset){beyond, 0}, options, "no samples");
    options.batch = 0;
    expect_refused(&job, job.f.all, options, "a batch of 0");
    options = trainer_defaults();
    options.optimiser.lr = -1;
    expect_refused(&job, job.f.all, options, "learning rate -1");
    options = trainer_defaults();
    job.f.labels[3] = CLASSES;
    expect_refused(&job, job.f.all, options, "sample 3 has class 6; the net knows classes 0 to 5");
    struct evaluation e;
    struct error err = ERROR_INIT;
    assert_int_equal(net_evaluate(job.net, &job.f.data, job.f.all, job.threads, NULL, &e, &err),
                     ERR_VALUE);
    job.f.labels[3] = DATASET_UNLABELLED;
    expect_refused(&job, job.f.all, options, "sample 3 has no label");
    job.f.labels[3] = 0;
    job.f.data.width = SIDE + 1;
    expect_refused(&job, job.f.all, options, "frames of 25x24 (width x height) in 3 channels: "
                   "the net needs 24x24");
    job.f.data.width = SIDE;
    job.f.data.frames_per_sample = 0;
    expect_refused(&job, job.f.all, options, "samples of 0 frames");
    job_close(&job);
}

static void expect_not_finite(struct job *job, const char *part)
{
    struct parameters *all = net_parameters(job->net);
    size_t bytes = all->total * sizeof *all->values;
    real *before = malloc(bytes);
    assert_non_null(before);
    memcpy(before, all->values, bytes);
    for (int again = 0; again < 2; again++) {
        struct step_result result = {.examples = -1};
        struct error err = ERROR_INIT;
        assert_int_equal(trainer_step(job->trainer, &result, &err), ERR_NUMERIC);
        if (!strstr(err.text, part)) {
            fail_msg("'%s' lacks '%s'", err.text, part);
        }
        assert_int_equal(result.examples, -1);
        assert_memory_equal(all->values, before, bytes);
        assert_int_equal(trainer_step_number(job->trainer), 1);
    }
    free(before);
}

static void test_not_finite(void **state)
{
    (void)state;
    struct job job;
    job_open(&job, 16, 2, trainer_defaults());
    real *values = net_parameters(job.net)->values;
    const struct parameter *second = parameters_find(net_parameters(job.net), "3.weight");
    step(&job);
    real old = values[second->offset];
    values[second->offset] = NAN;
    expect_not_finite(&job, "step 2: ");
    expect_not_finite(&job, "line 4: conv");
    struct evaluation e = {.samples = 99};
    struct error err = ERROR_INIT;
    assert_int_equal(net_evaluate(job.net, &job.f.data, job.f.all, job.threads, NULL, &e, &err),
                     ERR_NUMERIC);
    assert_int_equal(e.samples, 99);
    values[second->offset] = old;
    step(&job); // and on it goes
    assert_int_equal(trainer_step_number(job.trainer), 2);
    job_close(&job);
}

// The scores are finite, the loss is, but a gradient on the way is not.
static void test_gradient_not_finite(void **state)
{
    (void)state;
    struct job job;
    job_open(&job, 16, 1, trainer_defaults());
    struct parameters *all = net_parameters(job.net);
    const struct parameter *last = parameters_find(all, "7.weight");
    const struct parameter *bias = parameters_find(all, "3.bias");
    step(&job);
    for (size_t i = 0; i < all->total; i++) {
        all->values[i] = 0;
    }
    // Tiny activations times huge weights of one class, which cancel: the
    // scores are near 0. Going back, the huge weights meet the first layer's
    // large activations, which zero weights had hidden.
    const struct parameter *first = parameters_find(all, "0.bias");
    for (size_t i = 0; i < first->size; i++) {
        all->values[first->offset + i] = (real)1e12;
    }
    for (size_t i = 0; i < bias->size; i++) {
        all->values[bias->offset + i] = (real)1e-30;
    }
    for (size_t i = 0; i < last->size / CLASSES; i++) {
        all->values[last->offset + i] = (real)(i % 2 ? 3e30 : -3e30);
    }
    expect_not_finite(&job, "the gradient of 3.weight");
    job_close(&job);
}

// A hundred threads with more than 12 GiB each; nobody reads the pixels.
static void test_too_large_for_this_machine(void **state)
{
    (void)state;
    struct trainer_options options = trainer_defaults();
    struct net *net = fixture_net("conv 1x1x2048\nrelu\nrelu\nmaxpool 512\nflatten\nlinear",
                                  (struct net_input){3, 512, 512, 1}, 2);
    struct fixture_data f = fixture_data_make(16, 1, 8, 8, 2);
    struct threads *threads;
    struct trainer *trainer;
    struct error err = ERROR_INIT;
    f.data.height = f.data.width = 512;
    assert_int_equal(threads_open(&threads, 100, &err), 0);
    assert_int_equal(trainer_open(&trainer, net, &f.data, f.all, &options, threads, &err),
                     ERR_NOMEM);
    if (!strstr(err.text, "test.net with batches of 16 frames needs")
        || !strstr(err.text, "GiB of memory, this machine has")) {
        fail_msg("%s", err.text);
    }
    threads_close(&threads);
    fixture_data_free(&f);
    net_close(&net);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_threads_change_nothing),
        cmocka_unit_test(test_epochs),
        cmocka_unit_test(test_an_epoch_is_all_examples),
        cmocka_unit_test(test_overfits),
        cmocka_unit_test(test_refusals),
        cmocka_unit_test(test_not_finite),
        cmocka_unit_test(test_gradient_not_finite),
        cmocka_unit_test(test_too_large_for_this_machine),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
