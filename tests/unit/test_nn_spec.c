// What a whole text becomes: blocks and their names, settings, first values,
// the nets that come with the programs, stacked frames, and errors.

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>

#include <cmocka.h>
#include <dirent.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/nn/graph/graph.h"
#include "core/nn/graph/net_graph.h"
#include "core/nn/train/evaluate.h"
#include "core/nn/train/trainer.h"
#include "formats/net_text.h"
#include "tests/unit/nn_fixture.h"

static const struct net_input frame = {3, 64, 64, 3};

static struct net *build(const char *text, struct net_input input, int classes)
{
    struct error err = ERROR_INIT;
    struct net_spec *spec;
    struct net *net = NULL;
    if (net_text_parse(&spec, text, "test.net", &err) || net_build(&net, spec, input, classes,
                                                                   &err)) {
        fail_msg("%s", err.text);
    }
    net_spec_free(&spec);
    return net;
}

// ---- names ----

static void expect_names(const char *text, const char *const *names)
{
    struct net *net = build(text, frame, 4);
    const struct parameters *all = net_parameters(net);
    int count = 0;
    for (; names[count]; count++) {
        assert_true(count < all->count);
        assert_string_equal(all->table[count].name, names[count]);
    }
    assert_int_equal(all->count, count);
    // Parameters first, buffers behind them, every element once.
    size_t trained = 0;
    size_t buffers = all->trained;
    for (int k = 0; k < all->count; k++) {
        size_t *at = all->table[k].buffer ? &buffers : &trained;
        assert_int_equal(all->table[k].offset, *at);
        *at += all->table[k].size;
    }
    assert_int_equal(trained, all->trained);
    assert_int_equal(buffers, all->total);
    net_close(&net);
}

static void test_names(void **state)
{
    (void)state;
    expect_names("input frames\ninit he\nconv 1x1x2\nresidual relu {\nconv 1x1x2 bias=off\n"
                 "batchnorm\nresidual {\nrelu\nconv 1x1x2 bias=off\n}\nshortcut {\nrelu\n"
                 "conv 1x1x2 bias=off\n}\n}\nrelu\nconcat {\nbranch {\nidentity\n"
                 "conv 1x1x2 bias=off\n}\nbranch {\nconv 1x1x1 bias=off\nbatchnorm affine=off\n"
                 "}\n}\nglobalavgpool\nflatten\nlinear",
                 (const char *const[]){"0.weight", "0.bias", "1.body.0.weight", "1.body.1.weight",
                 "1.body.1.bias", "1.body.1.running_mean", "1.body.1.running_var",
                 "1.body.1.num_batches_tracked", "1.body.2.body.1.weight", "1.shortcut.1.weight",
                 "3.0.1.weight", "3.1.0.weight", "3.1.1.running_mean", "3.1.1.running_var",
                 "3.1.1.num_batches_tracked", "6.weight", "6.bias", NULL});
}

// ---- the nets that come with the programs ----

static void test_shipped_nets(void **state)
{
    (void)state;
    const char *root = getenv("TRIPTYCH_SOURCE_ROOT");
    char path[4096];
    int found = 0;
    snprintf(path, sizeof path, "%s/data/nets", root ? root : ".");
    DIR *folder = opendir(path);
    assert_non_null(folder);
    for (struct dirent *entry; (entry = readdir(folder));) {
        if (!strstr(entry->d_name, ".net")) {
            continue;
        }
        struct error err = ERROR_INIT;
        struct net_spec *spec;
        struct net *net = NULL;
        snprintf(path, sizeof path, "%s/data/nets/%.200s", root ? root : ".", entry->d_name);
        if (net_text_read(&spec, path, &err) || net_build(&net, spec, frame, 101, &err)) {
            fail_msg("%s", err.text);
        }
        net_init(net, 1);
        assert_true(net_multiply_adds(net) > 1e5);
        bool stack = strcmp(entry->d_name, "stack.net") == 0
                  || strcmp(entry->d_name, "two-stream.net") == 0;
        assert_int_equal(net_frames_per_example(net), stack ? 3 : 1);
        net_close(&net);
        net_spec_free(&spec);
        found++;
    }
    closedir(folder);
    assert_true(found >= 16);
}

// ---- first values ----

static double mean_square(const struct parameter *p, const real *values)
{
    double sum = 0;
    for (size_t i = 0; i < p->size; i++) {
        sum += (double)values[p->offset + i] * (double)values[p->offset + i];
    }
    return sum / (double)p->size;
}

static void test_init_rules(void **state)
{
    (void)state;
    // Layer 0: fan_in 3 * 25, fan_out 64 * 25; layer 3: 12800 to 40.
    static const char text[] = "conv 5x5x64 stride=4\nrelu\nflatten\nlinear 40\nlinear init=he";
    struct {
        const char *rule;
        double conv;
        double linear;
    } rules[] = {
        {"", 1 / 75. / 3, 1 / 14400. / 3},
        {"init pytorch\n", 1 / 75. / 3, 1 / 14400. / 3},
        {"init he\n", 2 / 75., 2 / 14400.},
        {"init xavier\n", 6 / (75. + 1600) / 3, 6 / (14400. + 40) / 3},
    };
    for (size_t i = 0; i < sizeof rules / sizeof rules[0]; i++) {
        char whole[256];
        snprintf(whole, sizeof whole, "%s%s", rules[i].rule, text);
        struct net *net = build(whole, frame, 10);
        const struct parameters *all = net_parameters(net);
        net_init(net, 7);
        assert_true(fabs(mean_square(&all->table[0], all->values) / rules[i].conv - 1) < 0.1);
        assert_true(fabs(mean_square(&all->table[2], all->values) / rules[i].linear - 1)
                    < 0.02);
        bool zero = mean_square(&all->table[1], all->values) == 0;
        assert_true(zero == (i >= 2));
        assert_true(fabs(mean_square(&all->table[4], all->values) / (2 / 40.) - 1) < 0.3);
        assert_true(mean_square(&all->table[5], all->values) == 0);
        net_close(&net);
    }
}

static void expect_orthogonal(const real *m, int count, int length, int apart, int step)
{
    for (int v = 0; v < count; v++) {
        for (int w = 0; w <= v; w++) {
            double sum = 0;
            for (int k = 0; k < length; k++) {
                sum += (double)m[v * apart + k * step] * (double)m[w * apart + k * step];
            }
            assert_true(fabs(sum - (v == w)) < 1e-6);
        }
    }
}

static void test_orthogonal(void **state)
{
    (void)state;
    struct net *net = build("init orthogonal\nconv 3x3x20\nglobalavgpool\nflatten\nlinear 50\n"
                            "batchnorm\nlinear", frame, 4);
    const struct parameters *all = net_parameters(net);
    net_init(net, 3);
    expect_orthogonal(all->values + all->table[0].offset, 20, 27, 27, 1); // 20 x 27: rows
    expect_orthogonal(all->values + all->table[2].offset, 20, 50, 1, 20); // 50 x 20: columns
    const struct parameter *p = parameters_find(all, "4.running_var");
    assert_true(p && all->values[p->offset] == 1);
    assert_true(mean_square(parameters_find(all, "4.weight"), all->values) == 1);
    assert_true(mean_square(parameters_find(all, "4.running_mean"), all->values) == 0);
    net_close(&net);
}

// ---- stacked frames ----

// A net that reads the frames together sees what one frame of 3T channels is.
static void test_stack(void **state)
{
    (void)state;
    enum { SAMPLES = 40, FRAMES = 3, SIDE = 16, CLASSES = 4 };
    struct net *net = build("input stack\nconv 3x3x8 stride=2\nbatchnorm\nrelu\nglobalavgpool\n"
                            "flatten\nlinear", (struct net_input){3, SIDE, SIDE, FRAMES}, CLASSES);
    assert_int_equal(net_frames_per_example(net), FRAMES);
    assert_int_equal(net_graph(net)->values[0].shape.channels, 3 * FRAMES);
    assert_int_equal(net_parameters(net)->table[0].dim[1], 3 * FRAMES);
    net_init(net, 1);
    struct fixture_data f = fixture_data_make(SAMPLES, FRAMES, SIDE, SIDE, CLASSES);
    struct trainer_options options = trainer_defaults();
    struct threads *threads;
    struct trainer *trainer;
    struct evaluation e;
    struct error err = ERROR_INIT;
    options.optimiser.lr = 0.01;
    assert_int_equal(threads_open(&threads, 2, &err), 0);
    assert_int_equal(trainer_open(&trainer, net, &f.data, f.all, &options, threads, &err), 0);
    assert_int_equal(trainer_steps_per_epoch(trainer), 2); // 32 and 8 samples
    struct step_result step;
    for (int i = 0; i < 60; i++) {
        assert_int_equal(trainer_step(trainer, &step, &err), 0);
        assert_int_equal(step.examples, i % 2 ? SAMPLES - 32 : 32);
    }
    static float p[SAMPLES][FRAMES][CLASSES];
    assert_int_equal(net_evaluate(net, &f.data, f.all, threads, &p[0][0][0], &e, &err), 0);
    assert_int_equal(e.samples, SAMPLES);
    assert_int_equal(e.frames, SAMPLES * FRAMES); // all have their sample's answer
    assert_true(e.accuracy_sample == e.accuracy_frame && e.accuracy_sample > 0.9);
    double loss = 0;
    for (int s = 0; s < SAMPLES; s++) {
        assert_memory_equal(p[s][0], p[s][1], sizeof p[s][0]);
        assert_memory_equal(p[s][0], p[s][2], sizeof p[s][0]);
        loss -= log((double)p[s][0][f.labels[s]]) / SAMPLES;
    }
    assert_true(fabs(loss - e.loss) < 1e-5);
    // Each frame counts, in its place: swapping the first two changes answers.
    size_t bytes = (size_t)SIDE * SIDE * 3;
    uint8_t *swap = malloc(bytes);
    assert_non_null(swap);
    memcpy(swap, f.frames, bytes);
    memcpy(f.frames, f.frames + bytes, bytes);
    memcpy(f.frames + bytes, swap, bytes);
    float first[CLASSES];
    memcpy(first, p[0][0], sizeof first);
    assert_int_equal(net_evaluate(net, &f.data, f.all, threads, &p[0][0][0], &e, &err), 0);
    assert_memory_not_equal(first, p[0][0], sizeof first);
    free(swap);
    // Other numbers of frames do not fit.
    f.data.frames_per_sample = 2;
    assert_int_equal(net_evaluate(net, &f.data, f.all, threads, NULL, &e, &err), ERR_VALUE);
    assert_non_null(strstr(err.text, "samples of 2 frames: the net needs 3"));
    trainer_close(&trainer);
    threads_close(&threads);
    fixture_data_free(&f);
    net_close(&net);
}

// The optimiser leaves buffers alone, whatever its options.
static void test_buffers_are_not_trained(void **state)
{
    (void)state;
    struct net *net = build("batchnorm momentum=0\nglobalavgpool\nflatten\nlinear",
                            (struct net_input){3, 8, 8, 1}, 4);
    struct fixture_data f = fixture_data_make(20, 1, 8, 8, 4);
    struct trainer_options options = trainer_defaults();
    struct threads *threads;
    struct trainer *trainer;
    struct step_result step;
    struct error err = ERROR_INIT;
    const struct parameters *all = net_parameters(net);
    net_init(net, 1);
    options.optimiser.weight_decay = 0.5;
    options.optimiser.lr = 0.1;
    assert_int_equal(threads_open(&threads, 1, &err), 0);
    assert_int_equal(trainer_open(&trainer, net, &f.data, f.all, &options, threads, &err), 0);
    for (int i = 0; i < 5; i++) {
        assert_int_equal(trainer_step(trainer, &step, &err), 0);
    }
    const struct parameter *variance = parameters_find(all, "0.running_var");
    const struct parameter *steps = parameters_find(all, "0.num_batches_tracked");
    assert_true(all->values[variance->offset] == 1);
    assert_true(all->values[steps->offset] == 5);
    assert_true(all->values[parameters_find(all, "0.weight")->offset] != 1);
    trainer_close(&trainer);
    threads_close(&threads);
    fixture_data_free(&f);
    net_close(&net);
}

// The mean loss of a step is PyTorch's with class weights: by their sum.
static void test_weighted_loss(void **state)
{
    (void)state;
    enum { SAMPLES = 12, CLASSES = 4 };
    static const double weights[CLASSES] = {0.5, 3, 1, 2};
    struct net *net = build("globalavgpool\nflatten\nlinear", (struct net_input){3, 8, 8, 1},
                            CLASSES);
    struct fixture_data f = fixture_data_make(SAMPLES, 1, 8, 8, CLASSES);
    struct trainer_options options = trainer_defaults();
    struct threads *threads;
    struct trainer *trainer;
    struct step_result step;
    struct evaluation e;
    struct error err = ERROR_INIT;
    float p[SAMPLES][CLASSES];
    net_init(net, 1);
    options.loss.weights = weights;
    assert_int_equal(threads_open(&threads, 1, &err), 0);
    assert_int_equal(trainer_open(&trainer, net, &f.data, f.all, &options, threads, &err), 0);
    assert_int_equal(net_evaluate(net, &f.data, f.all, threads, &p[0][0], &e, &err), 0);
    assert_int_equal(trainer_step(trainer, &step, &err), 0);
    double loss = 0;
    double shares = 0;
    double bias[CLASSES] = {0}; // of the linear layer: the gradient's sum over images
    for (int s = 0; s < SAMPLES; s++) {
        int label = f.labels[s];
        loss -= weights[label] * log((double)p[s][label]);
        shares += weights[label];
        for (int c = 0; c < CLASSES; c++) {
            bias[c] += weights[label] * ((double)p[s][c] - (c == label));
        }
    }
    assert_true(fabs(step.loss - loss / shares) < 1e-6);
    const real *gradient = trainer_gradient(trainer)
                         + parameters_find(net_parameters(net), "2.bias")->offset;
    for (int c = 0; c < CLASSES; c++) {
        assert_true(fabs((double)gradient[c] - bias[c] / shares) < 1e-6);
    }
    trainer_close(&trainer);
    options.loss.smoothing = 2;
    assert_int_equal(trainer_open(&trainer, net, &f.data, f.all, &options, threads, &err),
                     ERR_VALUE);
    assert_non_null(strstr(err.text, "label smoothing 2"));
    threads_close(&threads);
    fixture_data_free(&f);
    net_close(&net);
}

// ---- errors ----

static void expect(const char *text, const char *part)
{
    struct error err = ERROR_INIT;
    struct net_spec *spec;
    struct net *net = NULL;
    assert_int_equal(net_text_parse(&spec, text, "test.net", &err), 0);
    int code = net_build(&net, spec, frame, 10, &err);
    if (code != ERR_VALUE || net || !strstr(err.text, part) || !strstr(err.text, "test.net")) {
        fail_msg("'%s': %d '%s'; expected '%s'", text, code, err.text, part);
    }
    net_spec_free(&spec);
}

static void test_errors_of_blocks(void **state)
{
    (void)state;
    expect("residul {\nrelu\n}", "line 1: there is no layer 'residul'; did you mean 'residual'?");
    expect("drpout", "did you mean 'dropout'?");
    expect("residual", "line 1: residual: needs a block");
    expect("residual {\nshortcut {\nrelu\n}\n}", "residual: needs a block with at least one layer");
    expect("residual conv {\nrelu\n}", "residual: 'conv': nothing, or one layer such as relu");
    expect("residual relu elu {\nrelu\n}", "residual: 'relu': nothing, or one");
    expect("residual {\nconv 3x3x3\n}", "line 1: residual: its body gives 3x62x62, but it reads "
           "3x64x64: give it a last part 'shortcut");
    expect("\nresidual {\nconv 3x3x3\nshortcut {\nconv 5x5x3\n}\n}", "line 2: residual: its body "
           "gives 3x62x62, but its shortcut gives 3x60x60");
    expect("residual {\nshortcut {\nrelu\n}\nrelu\n}", "line 2: shortcut: must be the last thing");
    expect("residual {\nrelu\nshortcut relu\n}", "line 3: shortcut: needs a block");
    expect("shortcut {\nrelu\n}", "line 1: shortcut: must be the last thing");
    expect("branch {\nrelu\n}", "branch: must stand directly in an 'add' or 'concat'");
    expect("concat {\nbranch {\nrelu\n}\n}", "concat: needs a block of 2 to 16 branches");
    expect("add {\nrelu\nrelu\n}", "line 2: relu: only 'branch { ... }' may stand directly in "
           "'add'");
    expect("add {\nbranch {\nidentity\n}\nbranch {\nmaxpool 2\n}\n}",
           "line 5: branch: gives 3x32x32, the first branch 3x64x64: they must be alike");
    expect("concat {\nbranch {\nidentity\n}\nbranch {\nmaxpool 2\n}\n}", "only their channels may");
    expect("concat {\nbranch {\nidentity\n}\nbranch {\nflatten\n}\n}", "only their channels may");
    expect("relu {\nrelu\n}", "takes no { } block");
    expect("identity 3", "line 1: identity: takes nothing");
    expect("residual {\nrelu\nconv 9x9x3 padding=3\n}", "3x62x62");
}

static void test_errors_of_settings(void **state)
{
    (void)state;
    expect("input film\nrelu", "line 1: input: needs one word behind it, out of: frames, stack");
    expect("input\nrelu", "input: needs one word");
    expect("input stack\ninput stack\nrelu", "line 2: input: is given twice");
    expect("init best\nrelu", "init: needs one word behind it, out of: pytorch, he, xavier, "
           "orthogonal");
    expect("relu\ninit he", "line 2: init: must stand before the first layer");
    expect("input frames", "no layers");
    struct error err = ERROR_INIT;
    struct net_spec *spec;
    struct net *net = NULL;
    assert_int_equal(net_text_parse(&spec, "input stack\nflatten\nlinear", "test.net", &err), 0);
    assert_int_equal(net_build(&net, spec, (struct net_input){3, 8, 8, 0}, 4, &err), ERR_VALUE);
    assert_non_null(strstr(err.text, "test.net: input stack: samples of 0 frames"));
    err = (struct error)ERROR_INIT;
    assert_int_equal(net_build(&net, spec, (struct net_input){3, 8, 8, INT32_MAX}, 4, &err),
                     ERR_VALUE);
    net_spec_free(&spec);
}

static void test_errors_of_layers(void **state)
{
    (void)state;
    expect("dropout 1", "dropout: '1' where the share to drop is needed, 0 to 0.999");
    expect("flatten\ndropout2d 0.5", "line 2: dropout2d: needs planes to read, but gets a row");
    expect("flatten\nglobalavgpool", "line 2: globalavgpool: needs planes");
    expect("flatten\ndiff", "line 2: diff: needs planes to read, but gets a row");
    expect("diff", "line 1: diff: needs two or more frames of 3 channels each, but gets 3x64x64 "
           "('input stack' gives all frames of a sample)");
    expect("conv 1x1x5\ndiff 2", "line 2: diff: needs two or more frames of 2 channels each");
    expect("diff 0", "line 1: diff: '0' where the channels of a frame are needed, 1 to 1048576");
    expect("diff 3 4", "diff: '4' is too much; write: diff C");
    expect("flatten\navgpool 2", "line 2: avgpool: needs planes");
    expect("avgpool 3 padding=2", "padding=2x2 is more than half");
    expect("avgpool 2 dilation=2", "no option 'dilation'");
    expect("maxpool 2 dilation=64", "maxpool: a window of 65x65 does not fit");
    expect("maxpool 2 padding=1 dilation=65", "maxpool: a window of 66x66 does not fit");
    expect("conv 3x3x4 init=best", "init=best: one of pytorch, he, xavier, orthogonal is needed");
    expect("gelu form=fast", "form=fast: one of erf, tanh is needed");
    expect("elu alpha=x", "alpha=x: a number from 0 to 1e+06");
    expect("batchnorm eps=0", "eps=0: a number from");
    expect("batchnorm momentum=2", "momentum=2: a number from 0 to 1");
    expect("layernorm epsilon=1", "no option 'epsilon'");
    expect("sigmoid slope=1", "no option 'slope'");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_names),
        cmocka_unit_test(test_shipped_nets),
        cmocka_unit_test(test_init_rules),
        cmocka_unit_test(test_orthogonal),
        cmocka_unit_test(test_stack),
        cmocka_unit_test(test_buffers_are_not_trained),
        cmocka_unit_test(test_weighted_loss),
        cmocka_unit_test(test_errors_of_blocks),
        cmocka_unit_test(test_errors_of_settings),
        cmocka_unit_test(test_errors_of_layers),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
