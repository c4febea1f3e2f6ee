// Optimisers and schedules within a trainer: the same bits for any number of
// threads, and for a training that was put back to where it had been.

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>

#include <cmocka.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "core/nn/train/trainer.h"
#include "tests/unit/nn_fixture.h"

enum { SAMPLES = 11, FRAMES = 2, SIDE = 12, CLASSES = 3, STEPS = 14 };

// More parameters than one task of the optimiser updates.
static const char net_text[] = "conv 3x3x6\nbatchnorm\nrelu\ndropout 0.2\nflatten\nlinear 24\n"
                               "relu\nlinear";

struct job {
    struct fixture_data f;
    struct net *net;
    struct threads *threads;
    struct trainer *trainer;
};

static struct trainer_options options_for(enum optimiser_kind kind)
{
    struct trainer_options options = trainer_defaults();
    options.batch = 4;
    options.optimiser = optimiser_defaults(kind);
    options.optimiser.lr = kind == OPTIMISER_ADADELTA ? 1 : 0.01;
    options.optimiser.clip_norm = 0.5;
    options.optimiser.amsgrad = options.optimiser.centered = true;
    options.schedule.kind = SCHEDULE_ONECYCLE;
    options.schedule.epochs = 3;
    options.schedule.warmup = 5;
    options.schedule.cycle_momentum = optimiser_has_momentum(kind);
    return options;
}

static void job_open(struct job *job, int threads, const struct trainer_options *options)
{
    struct error err = ERROR_INIT;
    job->f = fixture_data_make(SAMPLES, FRAMES, SIDE, SIDE, CLASSES);
    job->net = fixture_net(net_text, (struct net_input){3, SIDE, SIDE, FRAMES}, CLASSES);
    fixture_fill_parameters(job->net);
    assert_int_equal(threads_open(&job->threads, threads, &err), 0);
    if (trainer_open(&job->trainer, job->net, &job->f.data, job->f.all, options, job->threads,
                     &err) < 0) {
        fail_msg("%s", err.text);
    }
}

static void job_close(struct job *job)
{
    trainer_close(&job->trainer);
    threads_close(&job->threads);
    net_close(&job->net);
    fixture_data_free(&job->f);
}

static void steps(struct job *job, int count)
{
    for (int i = 0; i < count; i++) {
        struct step_result result;
        struct error err = ERROR_INIT;
        if (trainer_step(job->trainer, &result, &err) < 0) {
            fail_msg("%s", err.text);
        }
    }
}

static void assert_same(struct job *a, struct job *b)
{
    const struct parameters *p = net_parameters(a->net);
    assert_memory_equal(p->values, net_parameters(b->net)->values, p->total * sizeof *p->values);
    const struct optimiser *o = trainer_optimiser(a->trainer);
    for (int i = 0; i < o->array_count; i++) {
        assert_memory_equal(o->arrays[i].values, trainer_optimiser(b->trainer)->arrays[i].values,
                            o->total * sizeof(real));
    }
}

static void test_any_threads(void **state)
{
    (void)state;
    for (int kind = 0; kind < OPTIMISER_KINDS; kind++) {
        struct trainer_options options = options_for((enum optimiser_kind)kind);
        struct job one;
        job_open(&one, 1, &options);
        assert_true(net_parameters(one.net)->trained > 2 * 4096);
        steps(&one, STEPS);
        for (int threads = 2; threads <= 5; threads += 3) {
            struct job many;
            job_open(&many, threads, &options);
            steps(&many, STEPS);
            assert_same(&one, &many);
            job_close(&many);
        }
        job_close(&one);
    }
}

// Into a fresh trainer goes what a checkpoint holds, after every step in turn.
static void move(struct job *to, struct job *from)
{
    struct error err = ERROR_INIT;
    struct trainer_state at = trainer_state_get(from->trainer);
    struct parameters *p = net_parameters(from->net);
    struct optimiser *a = trainer_optimiser(from->trainer), *b = trainer_optimiser(to->trainer);
    assert_int_equal(trainer_state_set(to->trainer, &at, &err), 0);
    memcpy(net_parameters(to->net)->values, p->values, p->total * sizeof *p->values);
    for (int i = 0; i < a->array_count; i++) {
        assert_string_equal(a->arrays[i].name, b->arrays[i].name);
        memcpy(b->arrays[i].values, a->arrays[i].values, a->total * sizeof(real));
    }
    b->steps = a->steps;
}

static void test_going_on(void **state)
{
    (void)state;
    for (int kind = 0; kind < OPTIMISER_KINDS; kind++) {
        struct trainer_options options = options_for((enum optimiser_kind)kind);
        struct job whole, first;
        job_open(&whole, 2, &options);
        steps(&whole, STEPS);
        job_open(&first, 1, &options);
        for (int step = 0; step <= STEPS; step++) {
            struct job second;
            job_open(&second, 1, &options);
            move(&second, &first);
            steps(&second, STEPS - step);
            assert_same(&whole, &second);
            job_close(&second);
            steps(&first, 1);
        }
        job_close(&first);
        job_close(&whole);
    }
}

static void test_states_that_cannot_be(void **state)
{
    (void)state;
    struct trainer_options options = options_for(OPTIMISER_SGD);
    struct job job;
    job_open(&job, 1, &options); // 22 examples in steps of 4: 6 steps an epoch
    static const struct trainer_state wrong[] = {
        {1, 0, 0}, {0, 0, 4}, {1, 0, 3}, {6, 0, 24}, {6, 0, 20}, {13, 2, 8}, {5, UINT64_MAX, 0},
    };
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        struct error err = ERROR_INIT;
        assert_int_equal(trainer_state_set(job.trainer, &wrong[i], &err), ERR_VALUE);
        assert_non_null(strstr(err.text, "with 22 examples an epoch in batches of 4"));
        assert_int_equal(trainer_step_number(job.trainer), 0);
    }
    struct error err = ERROR_INIT;
    assert_int_equal(trainer_state_set(job.trainer, &(struct trainer_state){6, 0, 22}, &err), 0);
    assert_int_equal(trainer_state_set(job.trainer, &(struct trainer_state){13, 2, 4}, &err), 0);
    job_close(&job);
}

static void test_rates(void **state)
{
    (void)state;
    struct trainer_options options = options_for(OPTIMISER_ADAM);
    options.schedule = schedule_defaults();
    options.schedule.kind = SCHEDULE_STEP;
    options.schedule.gamma = 0.5;
    struct job job;
    job_open(&job, 1, &options);
    for (int step = 0; step < 18; step++) {
        struct step_result result;
        struct error err = ERROR_INIT;
        assert_int_equal(trainer_step(job.trainer, &result, &err), 0);
        assert_true(fabs(result.lr - 0.01 * pow(0.5, step / 6)) < 1e-15);
    }
    job_close(&job);
}

// A norm that was cut is the norm: SGD's step has exactly that length.
static void test_norm(void **state)
{
    (void)state;
    struct trainer_options options = options_for(OPTIMISER_SGD);
    options.schedule = schedule_defaults();
    options.optimiser.lr = 1;
    options.optimiser.clip_norm = 0.01;
    struct job job;
    job_open(&job, 1, &options);
    const struct parameters *p = net_parameters(job.net);
    real *before = malloc(p->trained * sizeof *before);
    assert_non_null(before);
    memcpy(before, p->values, p->trained * sizeof *before);
    steps(&job, 1);
    double squares = 0;
    for (size_t i = 0; i < p->trained; i++) {
        squares += pow((double)p->values[i] - (double)before[i], 2);
    }
    // Parameters about 1 take up steps of 1e-4 with an error of 6e-8.
    assert_true(fabs(sqrt(squares) - 0.01) < 1e-4 * 0.01);
    free(before);
    job_close(&job);
}

static void test_refused(void **state)
{
    (void)state;
    struct trainer_options options = options_for(OPTIMISER_ADAGRAD);
    struct job job;
    job_open(&job, 1, &options);
    options.schedule.cycle_momentum = true;
    struct trainer *trainer = NULL;
    struct error err = ERROR_INIT;
    assert_int_equal(trainer_open(&trainer, job.net, &job.f.data, job.f.all, &options,
                                  job.threads, &err), ERR_VALUE);
    assert_non_null(strstr(err.text, "adagrad has none"));
    job_close(&job);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_any_threads),
        cmocka_unit_test(test_going_on),
        cmocka_unit_test(test_states_that_cannot_be),
        cmocka_unit_test(test_rates),
        cmocka_unit_test(test_norm),
        cmocka_unit_test(test_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
