// What epochs read: which samples and frames, changed how, with which targets.

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>

#include <cmocka.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "core/nn/train/feed.h"
#include "core/nn/train/normalise.h"
#include "core/nn/train/trainer.h"
#include "tests/unit/nn_fixture.h"

enum { SAMPLES = 40, FRAMES = 3, SIDE = 16, CLASSES = 4, FRAME = 3 * SIDE * SIDE };

static const struct normalisation normalise = {{0.25, 0.5, 0.125}, {0.5, 0.25, 0.75}};

struct job {
    struct net *net;
    struct fixture_data f;
    struct feed_options options;
};

static struct job job_make(const char *net)
{
    struct job job = {.options = feed_defaults()};
    job.net = fixture_net(net, (struct net_input){3, SIDE, SIDE, FRAMES}, CLASSES);
    job.f = fixture_data_make(SAMPLES, FRAMES, SIDE, SIDE, CLASSES);
    return job;
}

static void job_free(struct job *job)
{
    fixture_data_free(&job->f);
    net_close(&job->net);
}

static struct feed open_feed(const struct job *job)
{
    struct feed feed;
    struct error err = ERROR_INIT;
    if (feed_open(&feed, job->net, &job->f.data, job->f.all, &job->options, 7, &err) < 0) {
        fail_msg("%s", err.text);
    }
    return feed;
}

static void augment_all(struct augment_options *o)
{
    *o = (struct augment_options){
        .hflip = 0.5, .crop_pad = 2, .scale = {0.3, 1}, .aspect = 1.3, .rotate = 10,
        .brightness = 0.3, .contrast = 0.3, .saturation = 0.3, .hue = 0.1, .gain = 0.2,
        .grey = 0.1, .erase = 0.3, .mixup = 0.4, .cutmix = 1,
    };
}

static const char plain_net[] = "globalavgpool\nflatten\nlinear";

// Nothing asked for: the bits of batch_load(), in the order of the samples.
static void test_plain(void **state)
{
    (void)state;
    struct job job = job_make(plain_net);
    job.f.data.normalise = &normalise;
    struct feed feed = open_feed(&job);
    static uint32_t list[SAMPLES * FRAMES];
    static real got[SAMPLES * FRAMES * FRAME], expected[SAMPLES * FRAMES * FRAME];
    assert_int_equal(feed_examples(&feed), SAMPLES * FRAMES);
    feed_list(&feed, 3, list);
    for (uint32_t i = 0; i < SAMPLES * FRAMES; i++) {
        assert_int_equal(list[i], i);
        struct loss_target target = feed_target(&feed, 3, i);
        assert_true(target.label == job.f.labels[i / FRAMES] && target.weight == 1);
    }
    feed_load(&feed, 3, got, list, SAMPLES * FRAMES);
    batch_load(expected, &job.f.data, job.net, job.f.all, list, SAMPLES * FRAMES);
    assert_memory_equal(got, expected, sizeof got);
    // A view that changes nothing renders the same bits.
    feed.augmented = true;
    feed_load(&feed, 3, got, list, SAMPLES * FRAMES);
    assert_memory_equal(got, expected, sizeof got);
    job_free(&job);
}

// (x / 255 - mean) / std, and the measured ones make mean 0 and deviation 1.
static void test_normalise(void **state)
{
    (void)state;
    struct job job = job_make(plain_net);
    static real x[SAMPLES * FRAMES * FRAME];
    static uint32_t list[SAMPLES * FRAMES];
    struct normalisation measured, again;
    struct threads *threads;
    struct error err = ERROR_INIT;
    for (size_t i = 2; i < (size_t)SAMPLES * FRAMES * FRAME; i += 3) {
        job.f.frames[i] = 77; // a channel that never changes
    }
    assert_int_equal(threads_open(&threads, 3, &err), 0);
    assert_int_equal(normalise_measure(&measured, &job.f.data, job.f.all, threads, &err), 0);
    assert_true(measured.std[2] == 1 && measured.mean[2] == 77. / 255);
    threads_close(&threads);
    assert_int_equal(threads_open(&threads, 1, &err), 0);
    assert_int_equal(normalise_measure(&again, &job.f.data, job.f.all, threads, &err), 0);
    assert_memory_equal(&measured, &again, sizeof again);
    // Only the subset counts.
    struct subset half = {job.f.rows, SAMPLES / 2};
    assert_int_equal(normalise_measure(&again, &job.f.data, half, threads, &err), 0);
    assert_memory_not_equal(&measured, &again, sizeof again);
    half.count = 0;
    assert_int_equal(normalise_measure(&again, &job.f.data, half, threads, &err), ERR_VALUE);
    threads_close(&threads);

    job.f.data.normalise = &measured;
    struct feed feed = open_feed(&job);
    feed_list(&feed, 0, list);
    feed_load(&feed, 0, x, list, SAMPLES * FRAMES);
    for (int c = 0; c < 3; c++) {
        double sum = 0, square = 0;
        for (int i = 0; i < SAMPLES * FRAMES; i++) {
            for (int k = 0; k < SIDE * SIDE; k++) {
                double value = (double)x[i * FRAME + c * SIDE * SIDE + k];
                double byte = job.f.frames[i * FRAME + 3 * k + c];
                double wanted = (byte / 255 - measured.mean[c]) / measured.std[c];
                assert_true(fabs(value - wanted) < 1e-5);
                sum += value;
                square += value * value;
            }
        }
        double count = (double)SAMPLES * FRAMES * SIDE * SIDE;
        assert_true(fabs(sum / count) < 1e-6);
        assert_true(fabs(square / count - (c == 2 ? 0 : 1)) < 1e-5);
    }
    job_free(&job);
}

// An example is the same wherever it stands in whichever batch.
static void test_order_changes_nothing(void **state)
{
    (void)state;
    struct job job = job_make(plain_net);
    augment_all(&job.options.augment);
    struct feed feed = open_feed(&job);
    static real all[SAMPLES * FRAMES * FRAME], one[FRAME], later[FRAME];
    static uint32_t list[SAMPLES * FRAMES];
    feed_list(&feed, 2, list);
    feed_load(&feed, 2, all, list, SAMPLES * FRAMES);
    int same = 0;
    for (uint32_t i = SAMPLES * FRAMES; i-- > 0;) {
        feed_load(&feed, 2, one, &i, 1);
        assert_memory_equal(one, all + i * FRAME, sizeof one);
        feed_load(&feed, 3, later, &i, 1);
        same += memcmp(one, later, sizeof one) == 0;
    }
    assert_int_equal(same, 0); // another epoch, another view
    // Nor does its place in the subset: what counts is the sample.
    struct loss_target target = feed_target(&feed, 2, 9 * FRAMES);
    job.options.augment.mixup = job.options.augment.cutmix = 0;
    feed = open_feed(&job);
    uint32_t example = 9 * FRAMES + 1;
    feed_load(&feed, 2, one, &example, 1);
    uint32_t rows[] = {30, 9};
    job.f.all = (struct subset){rows, 2};
    feed = open_feed(&job);
    example = FRAMES + 1;
    feed_load(&feed, 2, later, &example, 1);
    assert_memory_equal(one, later, sizeof one);
    assert_true(target.weight >= 0 && target.weight <= 1);
    job_free(&job);
}

// Frames of a sample that are alike stay alike; those of a stack likewise.
static void test_frames_are_treated_alike(void **state)
{
    (void)state;
    static const char *const nets[] = {plain_net, "input stack\nglobalavgpool\nflatten\nlinear"};
    for (int stack = 0; stack < 2; stack++) {
        struct job job = job_make(nets[stack]);
        for (int s = 0; s < SAMPLES; s++) {
            uint8_t *first = job.f.frames + (size_t)s * FRAMES * FRAME;
            memcpy(first + FRAME, first, FRAME);
            memcpy(first + 2 * FRAME, first, FRAME);
        }
        augment_all(&job.options.augment);
        struct feed feed = open_feed(&job);
        static real x[SAMPLES * FRAMES * FRAME];
        static uint32_t list[SAMPLES * FRAMES];
        feed_list(&feed, 0, list);
        assert_int_equal(feed_examples(&feed), stack ? SAMPLES : SAMPLES * FRAMES);
        feed_load(&feed, 0, x, list, (int)feed_examples(&feed));
        for (int s = 0; s < SAMPLES; s++) {
            const real *first = x + s * FRAMES * FRAME;
            assert_memory_equal(first, first + FRAME, FRAME * sizeof *x);
            assert_memory_equal(first, first + 2 * FRAME, FRAME * sizeof *x);
        }
        job_free(&job);
    }
}

// x = weight * own + (1 - weight) * other's, and the target says the same.
static void test_mixup(void **state)
{
    (void)state;
    struct job job = job_make(plain_net);
    for (int i = 0; i < SAMPLES * FRAMES * FRAME; i++) {
        job.f.frames[i] = (uint8_t)(6 * (i / FRAME / FRAMES)); // a grey for every sample
    }
    job.options.augment.mixup = 1;
    struct feed feed = open_feed(&job);
    int others = 0;
    for (uint32_t i = 0; i < SAMPLES * FRAMES; i++) {
        real x[FRAME];
        feed_load(&feed, 0, x, &i, 1);
        struct loss_target target = feed_target(&feed, 0, i);
        struct loss_target first = feed_target(&feed, 0, i / FRAMES * FRAMES);
        assert_memory_equal(&target, &first, sizeof target); // one for the sample
        assert_int_equal(target.label, job.f.labels[i / FRAMES]);
        double own = 6. * (i / FRAMES) / 255;
        double rest = ((double)x[0] - target.weight * own) / (1 - target.weight) * 255 / 6;
        int other = (int)lround(rest);
        if (target.weight < 0.99) {
            assert_true(fabs(rest - other) < 0.01 && other >= 0 && other < SAMPLES);
            assert_int_equal(target.other, job.f.labels[other]);
            others += other != (int)(i / FRAMES);
        }
        for (int k = 1; k < FRAME; k++) {
            assert_true(x[k] == x[0]);
        }
    }
    assert_true(others > SAMPLES * FRAMES * 3 / 4);
    job_free(&job);
}

// Pixels are the one's or the other's, and as many as the weight says.
static void test_cutmix(void **state)
{
    (void)state;
    struct job job = job_make(plain_net);
    for (int i = 0; i < SAMPLES * FRAMES * FRAME; i++) {
        job.f.frames[i] = (uint8_t)(6 * (i / FRAME / FRAMES));
    }
    job.options.augment.cutmix = 1;
    struct feed feed = open_feed(&job);
    int mixed = 0;
    for (uint32_t i = 0; i < SAMPLES * FRAMES; i++) {
        real x[FRAME];
        feed_load(&feed, 0, x, &i, 1);
        struct loss_target target = feed_target(&feed, 0, i);
        real own = (real)(6 * (i / FRAMES)) / 255;
        int kept = 0, other = -1;
        for (int k = 0; k < SIDE * SIDE; k++) {
            if (x[k] == own) {
                kept++;
            } else {
                int from = (int)lround((double)x[k] * 255 / 6);
                assert_true(other == -1 || other == from);
                other = from;
            }
        }
        if (other >= 0) {
            assert_true(fabs(target.weight - (double)kept / (SIDE * SIDE)) < 1e-12);
            assert_int_equal(target.other, job.f.labels[other]);
            mixed++;
        }
    }
    assert_true(mixed > SAMPLES * FRAMES / 2);
    job_free(&job);
}

// One frame of each sample, all in time, and not the same for all samples.
static void test_one_frame(void **state)
{
    (void)state;
    struct job job = job_make(plain_net);
    for (int i = 0; i < SAMPLES * FRAMES * FRAME; i++) {
        job.f.frames[i] = (uint8_t)(i / FRAME % FRAMES);
    }
    job.options.one_frame = true;
    struct feed feed = open_feed(&job);
    static uint32_t list[SAMPLES];
    static real x[SAMPLES * FRAME];
    int times[FRAMES] = {0};
    int differ = 0;
    assert_int_equal(feed_examples(&feed), SAMPLES);
    for (uint64_t epoch = 0; epoch < 30; epoch++) {
        feed_list(&feed, epoch, list);
        feed_load(&feed, epoch, x, list, SAMPLES);
        for (int s = 0; s < SAMPLES; s++) {
            int frame = (int)lround((double)x[s * FRAME] * 255);
            assert_true(frame >= 0 && frame < FRAMES);
            times[frame]++;
            differ += x[s * FRAME] != x[0];
            assert_int_equal(feed_target(&feed, epoch, (uint32_t)s).label, job.f.labels[s]);
        }
    }
    for (int t = 0; t < FRAMES; t++) { // 400 are expected
        assert_true(times[t] > 320 && times[t] < 480);
    }
    assert_true(differ > 30 * SAMPLES / 3);
    job_free(&job);
}

// As many samples as asked for, with all their frames; each run of neighbours
// gives one, and in time all are read.
static void test_fraction(void **state)
{
    (void)state;
    struct job job = job_make(plain_net);
    job.options.fraction = 0.3;
    struct feed feed = open_feed(&job);
    enum { CHOSEN = 12 };
    static uint32_t list[SAMPLES * FRAMES];
    int times[SAMPLES] = {0};
    assert_int_equal(feed_examples(&feed), CHOSEN * FRAMES);
    for (uint64_t epoch = 0; epoch < 200; epoch++) {
        feed_list(&feed, epoch, list);
        for (uint32_t i = 0; i < CHOSEN * FRAMES; i++) {
            uint32_t sample = list[i] / FRAMES;
            assert_int_equal(list[i] % FRAMES, i % FRAMES);
            assert_true(sample < SAMPLES && sample >= i / FRAMES * SAMPLES / CHOSEN);
            assert_true(sample < (i / FRAMES + 1) * SAMPLES / CHOSEN);
            times[sample] += i % FRAMES == 0;
        }
    }
    for (int s = 0; s < SAMPLES; s++) { // 50 or 67 are expected
        assert_true(times[s] > 25 && times[s] < 100);
    }
    job.options.fraction = 1e-6; // never none
    feed = open_feed(&job);
    assert_int_equal(feed_examples(&feed), FRAMES);
    job_free(&job);
}

static void expect_refused(const struct job *job, const char *part)
{
    struct feed feed;
    struct error err = ERROR_INIT;
    assert_int_equal(feed_open(&feed, job->net, &job->f.data, job->f.all, &job->options, 7, &err),
                     ERR_VALUE);
    if (!strstr(err.text, part)) {
        fail_msg("'%s' has no '%s'", err.text, part);
    }
}

static void test_refusals(void **state)
{
    (void)state;
    struct job job = job_make("input stack\nglobalavgpool\nflatten\nlinear");
    job.options.one_frame = true;
    expect_refused(&job, "one frame of a sample: this net reads all 3 together");
    job.options.one_frame = false;
    job.options.fraction = 0;
    expect_refused(&job, "a fraction of 0");
    job.options.fraction = 1;
    job.options.augment.erase = 2;
    expect_refused(&job, "erase is 2");
    job.options.augment.erase = 0;
    job.f.all.count = 0;
    expect_refused(&job, "no samples to train on");
    job_free(&job);
}

// Everything at once: the same bits for any number of threads.
static void test_threads(void **state)
{
    (void)state;
    static const int counts[] = {1, 2, 5};
    static real parameters[3][4096];
    size_t total = 0;
    for (int i = 0; i < 3; i++) {
        struct job job = job_make("conv 3x3x8 stride=2\nbatchnorm\nrelu\nglobalavgpool\nflatten\n"
                                  "linear");
        struct trainer_options options = trainer_defaults();
        struct threads *threads;
        struct trainer *trainer;
        struct step_result step;
        struct error err = ERROR_INIT;
        augment_all(&options.feed.augment);
        options.feed.fraction = 0.7;
        job.f.data.normalise = &normalise;
        net_init(job.net, 3);
        assert_int_equal(threads_open(&threads, counts[i], &err), 0);
        assert_int_equal(trainer_open(&trainer, job.net, &job.f.data, job.f.all, &options,
                                      threads, &err), 0);
        assert_int_equal(trainer_examples_per_epoch(trainer), 28 * FRAMES);
        for (int k = 0; k < 7; k++) {
            assert_int_equal(trainer_step(trainer, &step, &err), 0);
        }
        total = net_parameters(job.net)->total;
        assert_true(total <= 4096);
        memcpy(parameters[i], net_parameters(job.net)->values, total * sizeof(real));
        trainer_close(&trainer);
        threads_close(&threads);
        job_free(&job);
    }
    assert_memory_equal(parameters[0], parameters[1], total * sizeof(real));
    assert_memory_equal(parameters[0], parameters[2], total * sizeof(real));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_plain),
        cmocka_unit_test(test_normalise),
        cmocka_unit_test(test_order_changes_nothing),
        cmocka_unit_test(test_frames_are_treated_alike),
        cmocka_unit_test(test_mixup),
        cmocka_unit_test(test_cutmix),
        cmocka_unit_test(test_one_frame),
        cmocka_unit_test(test_fraction),
        cmocka_unit_test(test_refusals),
        cmocka_unit_test(test_threads),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
