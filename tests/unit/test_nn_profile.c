// Where the time goes: what is counted, and that counting changes nothing.

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>

#include <cmocka.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "core/nn/kernels/kernel_set.h"
#include "core/nn/run/machine_peak.h"
#include "core/nn/run/profile.h"
#include "core/nn/train/trainer.h"
#include "tests/unit/nn_fixture.h"

enum { CLASSES = 4, SIDE = 16, SAMPLES = 20, BATCH = 16, STEPS = 5, THREADS = 3 };

// Batch norm: a program in segments. Layers of it may run as one.
static const char in_segments[] = "conv 3x3x5 stride=2\nbatchnorm\nrelu\nflatten\nlinear";

// No two layers of it do.
static const char one_by_one[] = "conv 3x3x5 stride=2\nflatten\nlinear";
enum { CONV, FLATTEN, LINEAR, LAYERS, OUT = 7 };

// A training of STEPS steps; the caller frees the parameters it ends with.
static real *train(const char *text, struct profile *profile, size_t *ret_bytes,
                   uint64_t *ret_images)
{
    struct error err = ERROR_INIT;
    struct net *net = fixture_net(text, (struct net_input){3, SIDE, SIDE, 1}, CLASSES);
    struct fixture_data f = fixture_data_make(SAMPLES, 1, SIDE, SIDE, CLASSES);
    struct threads *threads = NULL;
    struct trainer *trainer = NULL;
    struct trainer_options options = trainer_defaults();
    options.batch = BATCH;
    options.profile = profile;
    net_init(net, options.seed);
    assert_int_equal(threads_open(&threads, THREADS, &err), 0);
    assert_int_equal(trainer_open(&trainer, net, &f.data, f.all, &options, threads, &err), 0);
    *ret_images = 0;
    for (int i = 0; i < STEPS; i++) {
        struct step_result step;
        assert_int_equal(trainer_step(trainer, &step, &err), 0);
        *ret_images += (uint64_t)step.examples;
    }
    *ret_bytes = net_parameters(net)->total * sizeof(real);
    real *values = malloc(*ret_bytes);
    assert_non_null(values);
    memcpy(values, net_parameters(net)->values, *ret_bytes);
    trainer_close(&trainer);
    threads_close(&threads);
    fixture_data_free(&f);
    net_close(&net);
    return values;
}

static struct profile *open_profile(void)
{
    struct error err = ERROR_INIT;
    struct profile *profile = NULL;
    assert_int_equal(profile_open(&profile, THREADS, &err), 0);
    return profile;
}

static void assert_close(double value, double expected)
{
    if (!(fabs(value - expected) <= 1e-12 * fabs(expected))) {
        fail_msg("%.17g, expected %.17g", value, expected);
    }
}

static void test_training(void **state)
{
    (void)state;
    size_t bytes;
    uint64_t images;
    struct profile *profile = open_profile();
    uint64_t began = profile_clock();
    free(train(in_segments, profile, &bytes, &images));
    double whole = 1e-9 * (double)(profile_clock() - began);
    assert_true(profile_layers(profile) >= 2);
    double busy = 0;
    for (int i = 0; i < profile_layers(profile); i++) {
        struct profile_layer layer = profile_layer(profile, i);
        assert_true(layer.seconds[PROFILE_FORWARD] > 0 && layer.seconds[PROFILE_BACKWARD] > 0);
        busy += layer.seconds[PROFILE_FORWARD] + layer.seconds[PROFILE_BACKWARD];
    }
    struct profile_totals totals = profile_totals(profile);
    for (int part = 0; part < PROFILE_PARTS; part++) {
        assert_true(totals.parts[part] > 0);
        busy += totals.parts[part];
    }
    assert_int_equal(totals.steps, STEPS);
    assert_int_equal(totals.images, images);
    assert_int_equal(totals.threads, THREADS);
    assert_true(totals.seconds > 0 && totals.seconds < whole);
    // Laps never count anything twice.
    assert_true(busy <= totals.seconds * THREADS);
    assert_close(busy + totals.waiting, totals.seconds * THREADS);
    profile_close(&profile);
    assert_null(profile);
}

static void test_operations(void **state)
{
    (void)state;
    size_t bytes;
    uint64_t images;
    struct profile *profile = open_profile();
    free(train(one_by_one, profile, &bytes, &images));
    assert_int_equal(profile_layers(profile), LAYERS);
    struct profile_layer conv = profile_layer(profile, CONV);
    struct profile_layer flatten = profile_layer(profile, FLATTEN);
    struct profile_layer linear = profile_layer(profile, LINEAR);
    double conv_flops = 2.0 * 3 * 3 * 3 * 5 * OUT * OUT * (double)images;
    double linear_flops = 2.0 * 5 * OUT * OUT * CLASSES * (double)images;
    assert_string_equal(conv.label, "line 1: conv");
    assert_string_equal(linear.label, "line 3: linear");
    assert_close(conv.flops[PROFILE_FORWARD], conv_flops);
    assert_close(conv.flops[PROFILE_BACKWARD], conv_flops); // nobody wants its input's gradient
    assert_close(linear.flops[PROFILE_FORWARD], linear_flops);
    assert_close(linear.flops[PROFILE_BACKWARD], 2 * linear_flops);
    assert_true(flatten.flops[PROFILE_FORWARD] == 0 && flatten.flops[PROFILE_BACKWARD] == 0);
    profile_close(&profile);
}

static void test_changes_nothing(void **state)
{
    (void)state;
    size_t bytes[2];
    uint64_t images[2];
    struct profile *profile = open_profile();
    real *with = train(in_segments, profile, &bytes[0], &images[0]);
    real *without = train(in_segments, NULL, &bytes[1], &images[1]);
    assert_int_equal(bytes[0], bytes[1]);
    assert_memory_equal(with, without, bytes[0]);
    free(with);
    free(without);
    profile_close(&profile);
}

// Time is added to the line that is named, and to no other.
static void test_laps(void **state)
{
    (void)state;
    enum { MILLISECOND = 1000000 };
    struct error err = ERROR_INIT;
    struct node nodes[2] = {{.label = (char[]){"line 1: a"}}, {.label = (char[]){"line 2: b"}}};
    struct value values[3] = {{.readers = 1}, {.readers = 1}, {.readers = 0}};
    struct graph graph = {.nodes = nodes, .node_count = 2, .values = values, .value_count = 3};
    struct profile *profile = open_profile();
    assert_int_equal(profile_layers(profile), 0);
    assert_true(profile_totals(profile).waiting == 0); // of what was never used
    assert_int_equal(profile_set_graph(profile, &graph, &err), 0);
    uint64_t began = profile_clock() - 5 * MILLISECOND;
    uint64_t before = began;
    profile_lap_node(profile, 2, 1, PROFILE_BACKWARD, &began);
    assert_true(began >= before + 5 * MILLISECOND && began <= profile_clock());
    began = profile_clock() - 7 * MILLISECOND;
    profile_lap_part(profile, 0, PROFILE_SUM, &began);
    profile_count_step(profile, 3, profile_clock() - 20 * MILLISECOND);
    struct profile_layer a = profile_layer(profile, 0);
    struct profile_layer b = profile_layer(profile, 1);
    struct profile_totals totals = profile_totals(profile);
    assert_true(a.seconds[0] == 0 && a.seconds[1] == 0 && b.seconds[PROFILE_FORWARD] == 0);
    assert_true(b.seconds[PROFILE_BACKWARD] >= 0.005);
    for (int part = 0; part < PROFILE_PARTS; part++) {
        assert_true(part == PROFILE_SUM ? totals.parts[part] >= 0.007 : totals.parts[part] == 0);
    }
    assert_true(totals.seconds >= 0.020);
    assert_int_equal(totals.images, 3);
    assert_int_equal(profile_set_graph(profile, &graph, &err), 0); // begins anew
    assert_true(profile_totals(profile).seconds == 0 && profile_totals(profile).steps == 0);
    profile_close(&profile);
    profile_close(&profile); // accepts NULL
}

// Every sum ends at factor * sum + term = 1: so all the arithmetic was done.
static void test_peak(void **state)
{
    (void)state;
    struct error err = ERROR_INIT;
    struct threads *threads = NULL;
    assert_int_equal(threads_open(&threads, 2, &err), 0);
#ifdef __aarch64__
    assert_string_equal(kernel_sets()[0]->name, "neon");
#endif
    for (const struct kernel_set *const *set = kernel_sets(); *set; set++) {
        float sink[3] = {0.5f, 0.5f, 0};
        double flops = (*set)->peak->multiply_adds(sink, 3);
        double lanes = (double)sink[2];
        assert_true(lanes >= 8 && lanes <= 256 && fmod(lanes, 8) == 0);
        assert_close(fmod(flops, 2 * 3 * lanes), 0);
        assert_close((*set)->peak->multiply_adds(sink, 6), 2 * flops);
        assert_int_equal(kernel_set_choose((*set)->name, &err), 0);
        double peak = machine_peak(threads);
        assert_true(isfinite(peak) && peak > 1e6); // any machine that runs this at all
    }
    assert_int_equal(kernel_set_choose("auto", &err), 0);
    threads_close(&threads);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_training), cmocka_unit_test(test_operations),
        cmocka_unit_test(test_changes_nothing), cmocka_unit_test(test_laps),
        cmocka_unit_test(test_peak),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
