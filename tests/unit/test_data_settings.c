/* What the net reads: train's options for it, and the weights of classes. */

#include "tools/train/class_weights.h"
#include "tools/train/train_settings.h"

#include "tests/unit/learning_fixture.h"
#include "tests/unit/tree_fixture.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static void set(struct train_settings *settings, const char *name, const char *value)
{
    struct error err = ERROR_INIT;
    if (options_set(&train_command, settings, name, value, &err) < 0) {
        fail_msg("%s", err.text);
    }
}

// Nothing is done unless asked for, and every option reaches the trainer.
static void test_options_arrive(void **state)
{
    (void)state;
    struct train_settings settings = train_settings_defaults();
    struct feed_options feed = data_settings_feed(&settings.data);
    assert_false(augment_is_on(&feed.augment));
    assert_true(!feed.one_frame && feed.fraction == 1);
    assert_false(data_settings_normalise(&settings.data));
    assert_false(data_settings_eval_flip(&settings.data));

    static const char *const names[] = {
        "hflip", "rotate", "brightness", "contrast", "saturation", "hue", "gain", "grey", "erase",
        "mixup", "cutmix",
    };
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        char value[32];
        snprintf(value, sizeof value, "0.%02zu", i + 1);
        set(&settings, names[i], value);
    }
    set(&settings, "crop-pad", "4");
    set(&settings, "scale-jitter", "0.3,0.75");
    set(&settings, "aspect-jitter", "1.5");
    set(&settings, "frames-per-epoch", "one");
    set(&settings, "fraction", "0.5");
    set(&settings, "normalise", "on");
    set(&settings, "eval-flip", "on");
    struct error err = ERROR_INIT;
    assert_int_equal(data_settings_check(&settings.data, &err), 0);
    feed = train_settings_trainer(&settings).feed;
    const struct augment_options *a = &feed.augment;
    const double got[] = {a->hflip, a->rotate, a->brightness, a->contrast, a->saturation, a->hue,
                          a->gain, a->grey, a->erase, a->mixup, a->cutmix};
    for (size_t i = 0; i < sizeof got / sizeof got[0]; i++) {
        assert_int_equal((int)(got[i] * 100 + 0.5), i + 1);
    }
    assert_int_equal(a->crop_pad, 4);
    assert_true(a->scale[0] == 0.3 && a->scale[1] == 0.75 && a->aspect == 1.5);
    assert_true(feed.one_frame && feed.fraction == 0.5);
    assert_true(data_settings_normalise(&settings.data));
    assert_true(data_settings_eval_flip(&settings.data));
}

static void test_bad_scale(void **state)
{
    (void)state;
    static const char *const bad[] = {"0.5", "0.5,", ",1", "0.6,0.5", "0,1", "0.5,1.1", "a,b",
                                      "0.1,0.5,1", "nan,1"};
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        struct data_settings settings = data_settings_defaults();
        struct error err = ERROR_INIT;
        settings.scale_jitter = bad[i];
        int code = data_settings_check(&settings, &err);
        assert_error(&err, code, ERR_USAGE, bad[i], "MIN,MAX is needed");
    }
}

// ---- class weights ----

static double *make(const char *how, const struct pack *pack, const struct part_rows *rows)
{
    struct error err = ERROR_INIT;
    double *weights = NULL;
    if (class_weights_make(&weights, how, pack, rows, &err) < 0) {
        fail_msg("%s", err.text);
    }
    return weights;
}

static void refuse(const char *text, const struct pack *pack, const char *message)
{
    struct error err = ERROR_INIT;
    double *weights = NULL;
    tree_put("w.txt", text);
    int code = class_weights_make(&weights, "w.txt", pack, NULL, &err);
    assert_true(code < 0);
    assert_error(&err, code, code, "w.txt, line", message);
    assert_null(weights);
}

static void test_class_weights(void **state)
{
    (void)state;
    struct learning_pack plan = learning_pack_defaults(); // ten rows a class
    learning_pack_write(&plan, "p.h5");
    struct pack *pack = learning_pack_open("p.h5");
    uint32_t numbers[] = {0, 1, 2, 3, 4, 5, 10, 11}; // six Red, two Green, no Blue
    struct part_rows rows = {numbers, 8};
    assert_null(make("none", pack, &rows));
    double *weights = make("balanced", pack, &rows);
    assert_true(weights[0] == 8. / (2 * 6) && weights[1] == 8. / (2 * 2) && weights[2] == 1);
    free(weights);
    tree_put("w.txt", "# class weight\r\nBlue  2.5\r\nRed\t0.25 \n");
    weights = make("w.txt", pack, &rows);
    assert_true(weights[0] == 0.25 && weights[1] == 1 && weights[2] == 2.5);
    free(weights);
    refuse("Red 1\nPurple 2\n", pack, "line 2: p.h5 has no class 'Purple'");
    refuse("Red 1\nRed 2\n", pack, "class 'Red' has a weight already");
    refuse("Red 0\n", pack, "CLASS WEIGHT is needed");
    refuse("Red\n", pack, "CLASS WEIGHT is needed");
    refuse("3\n", pack, "CLASS WEIGHT is needed");
    struct error err = ERROR_INIT;
    int code = class_weights_make(&weights, "balance", pack, &rows, &err);
    assert_error(&err, code, ERR_IO, "balance", "No such file");
    pack_close(&pack);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_options_arrive),
        cmocka_unit_test(test_bad_scale),
        cmocka_unit_test_setup_teardown(test_class_weights, tree_enter, tree_leave),
    };
    return cmocka_run_group_tests_name("data_settings", tests, NULL, NULL);
}
