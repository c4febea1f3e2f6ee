/* Runs of predict, and what it makes of packs and models that do not match. */

#include "tools/predict/prediction.h"

#include "tests/unit/learning_fixture.h"
#include "tests/unit/train_fixture.h"
#include "tests/unit/tree_fixture.h"
#include "tools/predict/class_map.h"
#include "tools/predict/seen_clips.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

// A model of the default pack's train part, run/model.h5, that is nearly
// always right; and that pack, p.h5.
static void prepare(void)
{
    train_fixture_prepare();
    struct train_settings settings = train_fixture_settings("run");
    settings.epochs = 12;
    settings.lr = 5e-3;
    train_fixture_run(&settings);
}

static struct predict_settings settings_for(const char *output)
{
    struct predict_settings settings = predict_settings_defaults();
    settings.output = output;
    settings.quiet = true;
    settings.threads = 1;
    return settings;
}

static void run(const struct predict_settings *settings, const char *pack)
{
    struct error err = ERROR_INIT;
    if (prediction_run(settings, "run/model.h5", pack, &err) < 0) {
        fail_msg("%s", err.text);
    }
}

static void refuse(const struct predict_settings *settings, const char *pack, int expected,
                   const char *text, const char *other)
{
    struct error err = ERROR_INIT;
    int code = prediction_run(settings, "run/model.h5", pack, &err);
    assert_error(&err, code, expected, text, other);
    assert_int_equal(access("no.csv", F_OK), -1);
    assert_int_equal(access("no.csv.partial", F_OK), -1);
}

static void assert_file(const char *path, const char *expected)
{
    char *text;
    size_t size;
    text = tree_get(path, &size);
    assert_string_equal(text, expected);
    free(text);
}

static void test_tables(void **state)
{
    (void)state;
    prepare();
    struct predict_settings settings = settings_for("frames.csv");
    settings.split = "groups/test";
    run(&settings, "p.h5");
    assert_file("frames.csv", "Id,Class\n0,0\n1,0\n2,0\n3,0\n4,1\n5,1\n6,1\n7,1\n"
                              "8,2\n9,2\n10,2\n11,2\n");
    settings.output = "names.csv";
    settings.by = 1;
    settings.names = true;
    settings.threads = 2;
    run(&settings, "p.h5");
    assert_file("names.csv", "Id,Class\n0,Red\n1,Red\n2,Green\n3,Green\n4,Blue\n5,Blue\n");

    struct error err = ERROR_INIT;
    int code = prediction_run(&settings, "run/model.h5", "p.h5", &err);
    assert_error(&err, code, ERR_EXISTS, "names.csv", "--force");
    settings.force = true;
    settings.split = NULL; // all: 30 samples
    run(&settings, "p.h5");
    char *text;
    size_t size;
    text = tree_get("names.csv", &size);
    assert_non_null(strstr(text, "\n29,"));
    assert_null(strstr(text, "\n30,"));
    free(text);
}

// What a dead run left in the partial file does not get into the table.
static void test_stale_partial(void **state)
{
    (void)state;
    prepare();
    char junk[4096];
    memset(junk, 'x', sizeof junk - 1);
    junk[sizeof junk - 1] = 0;
    tree_put("t.csv.partial", junk);
    struct predict_settings settings = settings_for("t.csv");
    settings.split = "groups/val";
    settings.by = 1;
    run(&settings, "p.h5");
    assert_file("t.csv", "Id,Class\n0,0\n1,0\n2,1\n3,1\n4,2\n5,2\n");
}

// Failed clips are left out; a pack of the user's own has no labels, and may
// name other classes.
static void test_own_videos(void **state)
{
    (void)state;
    prepare();
    struct learning_pack plan = learning_pack_defaults();
    plan.count = 3;
    plan.splits[0] = NULL;
    plan.classes[0] = "Unknown";
    plan.fit = "pad";
    for (size_t i = 0; i < plan.count; i++) {
        plan.clips[i].label = DATASET_UNLABELLED;
    }
    plan.clips[1].failed = true;
    learning_pack_write(&plan, "my.h5");
    struct predict_settings settings = settings_for("my.csv");
    run(&settings, "my.h5");
    char *text;
    size_t size;
    text = tree_get("my.csv", &size);
    assert_non_null(strstr(text, "\n3,")); // two clips of two frames
    assert_null(strstr(text, "\n4,"));
    free(text);
}

static void test_mismatches(void **state)
{
    (void)state;
    prepare();
    struct predict_settings settings = settings_for("no.csv");
    struct learning_pack plan = learning_pack_defaults();
    plan.width = 16;
    learning_pack_write(&plan, "wide.h5");
    refuse(&settings, "wide.h5", ERR_VALUE, "wide.h5: its frames are 16x12", "takes 12x12");

    plan = learning_pack_defaults();
    plan.classes[1] = "Yellow";
    learning_pack_write(&plan, "yellow.h5");
    refuse(&settings, "yellow.h5", ERR_VALUE, "yellow.h5: has samples of 1 class", "Yellow");
    plan.count = 10; // Red ones only: Yellow is in the list, but no sample is
    learning_pack_write(&plan, "red.h5");
    settings.output = "red.csv";
    run(&settings, "red.h5");

    settings.output = "no.csv";
    settings.split = "groups/val";
    plan.count = 2; // of the train part
    learning_pack_write(&plan, "two.h5");
    refuse(&settings, "two.h5", ERR_VALUE, "two.h5: there are no samples", "groups/val");
    settings.split = "groups";
    refuse(&settings, "p.h5", ERR_VALUE, "--split groups", "NAME/PART");
    settings.split = NULL;
    refuse(&settings, "run/model.h5", ERR_FORMAT, "run/model.h5", "no pack");
    refuse(&settings, "absent.h5", ERR_IO, "absent.h5", "No such file");
    struct error err = ERROR_INIT;
    int code = prediction_run(&settings, "p.h5", "p.h5", &err);
    assert_error(&err, code, ERR_FORMAT, "p.h5", "no model");
}

// Classes are matched by name: in another order they have other numbers.
static void test_class_map(void **state)
{
    (void)state;
    static const char *const classes[] = {"Blue", "Cyan", "Green", "Red"};
    struct model model = {.classes = classes, .class_count = 4};
    struct learning_pack plan = learning_pack_defaults();
    plan.clips[0].label = DATASET_UNLABELLED;
    learning_pack_write(&plan, "p.h5");
    struct pack *pack = learning_pack_open("p.h5");
    struct part_rows rows = {.rows = (uint32_t[]){0, 1, 10, 20}, .count = 4};
    struct error err = ERROR_INIT;
    uint16_t *labels = NULL;
    assert_int_equal(class_map_labels(&labels, &model, "m.h5", pack, &rows, &err), 0);
    assert_int_equal(labels[0], DATASET_UNLABELLED);
    assert_int_equal(labels[1], 3);
    assert_int_equal(labels[10], 2);
    assert_int_equal(labels[29], 0);
    free(labels);
    labels = NULL;

    model.class_count = 2; // Blue and Cyan
    int code = class_map_labels(&labels, &model, "m.h5", pack, &rows, &err);
    assert_error(&err, code, ERR_VALUE, "2 classes that m.h5", "Red, Green");
    assert_null(labels);
    rows.rows[1] = rows.rows[2] = 20; // only Blue ones are chosen now
    assert_int_equal(class_map_labels(&labels, &model, "m.h5", pack, &rows, &err), 0);
    assert_int_equal(labels[20], 0);
    free(labels);
    pack_close(&pack);
}

static void test_seen_clips(void **state)
{
    (void)state;
    static const struct model_clip clips[] = {
        {"Blue", "", "Blue/v_Blue_g01_c02.avi"}, // by path: its group is not known
        {"Green", "g05", "renamed/one.avi"},     // by group: both clips of it
        {"Red", "g02", "Red/v_Red_g02_c01.avi"},
    };
    struct model model = {.clips = clips, .clip_count = 3};
    struct learning_pack plan = learning_pack_defaults();
    plan.clips[3].label = DATASET_UNLABELLED; // Red g02 c02: has no accuracy anyhow
    plan.clips[2].group[0] = 0;               // Red g02 c01: by its path
    learning_pack_write(&plan, "p.h5");
    struct pack *pack = learning_pack_open("p.h5");
    struct error err = ERROR_INIT;
    struct part_rows rows;
    size_t seen;
    assert_int_equal(parts_rows(&rows, pack, NULL, PART_NONE, false, NULL, &err), 0);
    assert_int_equal(seen_clips_count(&seen, &model, pack, &rows, &err), 0);
    assert_int_equal(seen, 1 + 2 + 1);
    model.clip_count = 0;
    assert_int_equal(seen_clips_count(&seen, &model, pack, &rows, &err), 0);
    assert_int_equal(seen, 0);
    // The same names of another class are other clips.
    static const struct model_clip others[] = {{"Cyan", "g05", "Green/v_Green_g05_c01.avi"}};
    model.clips = others;
    model.clip_count = 1;
    assert_int_equal(seen_clips_count(&seen, &model, pack, &rows, &err), 0);
    assert_int_equal(seen, 0);
    part_rows_clear(&rows);
    pack_close(&pack);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_tables, tree_enter, tree_leave),
        cmocka_unit_test_setup_teardown(test_stale_partial, tree_enter, tree_leave),
        cmocka_unit_test_setup_teardown(test_own_videos, tree_enter, tree_leave),
        cmocka_unit_test_setup_teardown(test_mismatches, tree_enter, tree_leave),
        cmocka_unit_test_setup_teardown(test_class_map, tree_enter, tree_leave),
        cmocka_unit_test_setup_teardown(test_seen_clips, tree_enter, tree_leave),
    };
    return cmocka_run_group_tests_name("predict_run", tests, NULL, NULL);
}
