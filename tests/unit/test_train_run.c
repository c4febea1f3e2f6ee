/* Runs of train, from a pack to the files in RUN. */

#include "tools/train/session.h"

#include "core/base/output.h"
#include "formats/model.h"
#include "tests/unit/learning_fixture.h"
#include "tests/unit/train_fixture.h"
#include "tests/unit/tree_fixture.h"
#include "tools/train/folds.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cmocka.h>

// Folders that the code under test syncs; else as the system's.
enum { SYNCED_MAX = 64 };
static ino_t synced[SYNCED_MAX];
static int synced_count;

int fsync(int fd)
{
    struct stat status;
    if (fstat(fd, &status) == 0 && S_ISDIR(status.st_mode) && synced_count < SYNCED_MAX) {
        synced[synced_count++] = status.st_ino;
    }
    return (int)syscall(SYS_fsync, fd);
}

static void assert_synced(const char *folder)
{
    struct stat status;
    int at = 0;
    assert_int_equal(stat(folder, &status), 0);
    while (at < synced_count && synced[at] != status.st_ino) {
        at++;
    }
    if (at == synced_count) {
        fail_msg("%s was not synced", folder);
    }
}

// It fails like this, and leaves no folder.
static void refuse(const struct train_settings *settings, int expected, const char *text,
                   const char *other)
{
    struct error err = ERROR_INIT;
    int code = session_run(settings, "p.h5", &err);
    assert_error(&err, code, expected, text, other);
    assert_int_equal(access(settings->output, F_OK), -1);
}

static char *load(const char *path)
{
    size_t size;
    return tree_get(path, &size);
}

// Cell number `column` of a line: cut out and ended in place; moves on *line.
static char *next_cell(char **line)
{
    char *cell = *line;
    char *end = cell + strcspn(cell, ",\n");
    *line = *end ? end + 1 : end;
    *end = 0;
    return cell;
}

// The history with the cells of its three columns of time emptied.
static void blank_times(char *text)
{
    enum { COLUMNS = 13, FIRST_TIME = 8, LAST_TIME = 10 };
    for (char *at = text; *at;) {
        for (int i = 0; i < COLUMNS; i++) {
            char *cell = next_cell(&at);
            if (i >= FIRST_TIME && i <= LAST_TIME) {
                memset(cell, '#', strlen(cell));
            }
        }
    }
}

static struct model *read_model(const char *path)
{
    struct error err = ERROR_INIT;
    struct sandbox sandbox = sandbox_defaults();
    struct model *model;
    if (model_read(&model, path, &sandbox, &err) < 0) {
        fail_msg("%s", err.text);
    }
    return model;
}

static void test_same_for_any_threads(void **state)
{
    (void)state;
    train_fixture_prepare();
    static const char *const runs[] = {"one", "two", "three"};
    for (int i = 0; i < 3; i++) {
        struct train_settings settings = train_fixture_settings(runs[i]);
        settings.threads = i + 1;
        settings.train_eval = TRAIN_EVAL_EACH;
        train_fixture_run(&settings);
    }
    tree_assert_same("one/model.h5", "two/model.h5");
    tree_assert_same("one/model.h5", "three/model.h5");
    tree_assert_same("one/options.txt", "three/options.txt");
    tree_assert_same("one/test.csv", "three/test.csv");
    char *one = load("one/history.csv"), *three = load("three/history.csv");
    size_t size = strlen(one);
    blank_times(one);
    blank_times(three);
    // Cells end with a NUL now; time cells may have other lengths.
    char *a = one, *b = three;
    int cells = 0;
    while (a < one + size) {
        if (a[0] != '#' || b[0] != '#') {
            assert_string_equal(a, b);
        }
        cells++;
        a += strlen(a) + 1;
        b += strlen(b) + 1;
    }
    assert_int_equal(cells, 13 * 3);
    free(one);
    free(three);
}

// The cells of the last line of run/history.csv; an empty one is NAN.
static void load_last_row(double cells[13])
{
    char *history = load("run/history.csv");
    char *line = history;
    for (char *next; (next = strchr(line, '\n')) != NULL && next[1];) {
        line = next + 1;
    }
    for (int i = 0; i < 13; i++) {
        char *cell = next_cell(&line);
        cells[i] = cell[0] ? strtod(cell, NULL) : NAN;
    }
    free(history);
}

// A network that stands still scores the same in steps and in an evaluation.
static void test_both_ways_of_counting(void **state)
{
    (void)state;
    train_fixture_prepare();
    struct train_settings settings = train_fixture_settings("run");
    settings.lr = 1e-12;
    settings.batch = 5; // 36 frames: the last step has one
    train_fixture_run(&settings);
    double cells[13];
    load_last_row(cells);
    assert_float_equal(cells[0], 2, 0);
    assert_float_equal(cells[2], cells[11], 1e-5); // loss
    assert_float_equal(cells[3], cells[12], 1e-5); // accuracy per frame
    assert_true(cells[2] > 0.9 && cells[2] < 1.4); // about log 3
    assert_true(cells[8] >= 0 && cells[9] > 0 && cells[10] > 0);
    settings.train_eval = TRAIN_EVAL_NEVER;
    settings.force = true;
    train_fixture_run(&settings);
    load_last_row(cells);
    assert_true(isnan(cells[4]) && isnan(cells[11]) && isnan(cells[12]));
    assert_false(isnan(cells[5]) || isnan(cells[10]));
}

static void test_it_learns(void **state)
{
    (void)state;
    train_fixture_prepare();
    struct train_settings settings = train_fixture_settings("run");
    settings.epochs = 12;
    settings.lr = 5e-3;
    train_fixture_run(&settings);
    double cells[13];
    load_last_row(cells);
    assert_float_equal(cells[0], 12, 0);
    assert_true(cells[2] < 0.4);  // the loss; chance is 1.1
    assert_true(cells[4] > 0.95); // training, per sample
    assert_true(cells[7] > 0.95); // validation, per sample
    char *test = load("run/test.csv");
    assert_non_null(strstr(test, "\ngroups,test,6,12,"));
    assert_true(strtod(strrchr(test, ',') + 1, NULL) > 0.95);
    free(test);
    assert_int_equal(access("run/model.h5.partial", F_OK), -1);
}

static void test_what_the_model_knows(void **state)
{
    (void)state;
    train_fixture_prepare();
    struct train_settings settings = train_fixture_settings("run");
    train_fixture_run(&settings);
    struct model *model = read_model("run/model.h5");
    assert_int_equal(model->class_count, 3);
    assert_string_equal(model->classes[2], "Blue");
    assert_string_equal(model->net_name, "small");
    assert_string_equal(model->input.fit, "crop");
    assert_string_equal(model->input.matrix, ""); // the pack does not say
    assert_int_equal(model->input.height, LEARNING_SIDE);
    assert_int_equal(model->clip_count, 18);
    assert_string_equal(model->clips[0].path, "Blue/v_Blue_g01_c01.avi");
    assert_string_equal(model->clips[0].group, "g01");
    assert_string_equal(model_option_value(model, "split"), "groups");
    assert_string_equal(model_option_value(model, "net"), "small.net");
    assert_string_equal(model_option_value(model, "epochs"), "2");
    assert_string_equal(model_option_value(model, "lr"), "0.001");
    assert_string_equal(model_option_value(model, "val_groups"), "given");
    assert_string_equal(model_option_value(model, "train_samples"), "18");
    assert_null(model_option_value(model, "threads"));
    assert_null(model_option_value(model, "output"));
    assert_null(model_option_value(model, "init"));
    model_free(&model);
    char *options = load("run/options.txt");
    assert_non_null(strstr(options, "seed = 54321\n"));
    free(options);
}

// Without a val part, groups are drawn out of train, and not trained on.
static void test_drawn_validation(void **state)
{
    (void)state;
    struct learning_pack plan = learning_pack_defaults();
    for (size_t i = 0; i < plan.count; i++) {
        plan.clips[i].parts[0] = plan.clips[i].parts[0] == PART_TEST ? PART_TEST : PART_TRAIN;
    }
    learning_pack_write(&plan, "p.h5");
    learning_put_net();
    struct train_settings settings = train_fixture_settings("run");
    train_fixture_run(&settings);
    struct model *model = read_model("run/model.h5");
    assert_string_equal(model_option_value(model, "val_groups"), "drawn");
    assert_string_equal(model_option_value(model, "val_samples"), "6");
    assert_int_equal(model->clip_count, 18);
    for (size_t i = 0; i < model->clip_count; i++) {
        assert_string_not_equal(model->clips[i].group, "g05"); // that is test
    }
    model_free(&model);
}

static void test_init(void **state)
{
    (void)state;
    train_fixture_prepare();
    struct train_settings settings = train_fixture_settings("first");
    train_fixture_run(&settings);
    settings.output = "second";
    settings.init = "first/model.h5";
    settings.lr = 1e-12; // so small that the weights stay as they are
    train_fixture_run(&settings);
    struct model *first = read_model("first/model.h5");
    struct model *second = read_model("second/model.h5");
    assert_string_equal(model_option_value(second, "init_digest"), first->digest);
    for (size_t i = 0; i < first->parameters.total; i++) {
        assert_float_equal(first->parameters.values[i], second->parameters.values[i], 1e-6);
    }
    model_free(&first);
    model_free(&second);

    tree_put("other.net", "conv 5x5x4\nrelu\nmaxpool 2\nflatten\nlinear\n");
    settings = train_fixture_settings("third");
    settings.init = "first/model.h5";
    settings.net = "other.net";
    refuse(&settings, ERR_VALUE, "first/model.h5: parameter 0.weight is 4x3x3x3",
           "the net needs 4x3x5x5");
    tree_put("other.net", "flatten\nlinear\n");
    refuse(&settings, ERR_VALUE, "first/model.h5", "has no parameter 1.weight");
    tree_put("other.net", "conv 3x3x4 bias=off\nrelu\nmaxpool 2\nflatten\nlinear\n");
    refuse(&settings, ERR_VALUE, "has a parameter 0.bias", "which the net does not");
}

static void test_what_is_refused(void **state)
{
    (void)state;
    train_fixture_prepare();
    struct train_settings settings = train_fixture_settings("run");
    settings.split = "other";
    refuse(&settings, ERR_VALUE, "p.h5: has no split 'other'", "groups");
    settings = train_fixture_settings("run");
    settings.net = "absent";
    refuse(&settings, ERR_VALUE, "--net absent", "tutorial");
    settings.net = "tutorial"; // made for 64x64
    refuse(&settings, ERR_VALUE, "tutorial, line 5", "does not fit");
    settings = train_fixture_settings("absent/run");
    refuse(&settings, ERR_IO, "absent/run", "No such file");

    struct learning_pack plan = learning_pack_defaults();
    for (size_t i = 0; i < plan.count; i++) {
        plan.clips[i].parts[0] = plan.clips[i].label == 1 ? PART_TRAIN : PART_TEST;
    }
    learning_pack_write(&plan, "p.h5");
    settings = train_fixture_settings("run");
    refuse(&settings, ERR_VALUE, "p.h5: the train part of split groups", "one class only (Green)");
    for (size_t i = 0; i < plan.count; i++) {
        plan.clips[i].parts[0] = PART_VAL;
    }
    learning_pack_write(&plan, "p.h5");
    refuse(&settings, ERR_VALUE, "p.h5: the train part of split groups", "is empty");
    tree_put("p.h5", "no pack");
    refuse(&settings, ERR_FORMAT, "p.h5", "not an HDF5 file");
}

// A loss that is no number ends the run; nothing is left of it.
static void test_not_finite(void **state)
{
    (void)state;
    train_fixture_prepare();
    struct train_settings settings = train_fixture_settings("run");
    settings.lr = 1e6;
    settings.eps = 0;
    settings.epochs = 50;
    struct error err = ERROR_INIT;
    int code = session_run(&settings, "p.h5", &err);
    assert_error(&err, code, ERR_NUMERIC, "step", "");
    assert_int_equal(access("run/model.h5", F_OK), -1);
}

static void assert_exists(const struct train_settings *settings, const char *message)
{
    struct error err = ERROR_INIT;
    int code = session_run(settings, "p.h5", &err);
    assert_error(&err, code, ERR_EXISTS, settings->output, message);
}

static void test_existing_folders(void **state)
{
    (void)state;
    train_fixture_prepare();
    struct train_settings settings = train_fixture_settings("run");
    tree_folder("run"); // an empty one is taken
    train_fixture_run(&settings);
    char *before = load("run/history.csv");
    assert_exists(&settings, "--force replaces it");
    char *after = load("run/history.csv");
    assert_string_equal(before, after);
    free(before);
    free(after);

    tree_put("run/notes.txt", "mine");
    settings.force = true;
    settings.epochs = 1;
    train_fixture_run(&settings);
    char *notes = load("run/notes.txt");
    assert_string_equal(notes, "mine");
    free(notes);
    char *history = load("run/history.csv");
    assert_null(strstr(history, "\n2,"));
    free(history);

    tree_put("other/notes.txt", "mine");
    settings.output = "other";
    assert_exists(&settings, "no run");
    tree_put("file", "");
    settings.output = "file";
    assert_exists(&settings, "is a file");
}

static void test_folder_in_use(void **state)
{
    (void)state;
    train_fixture_prepare();
    tree_folder("run");
    struct error err = ERROR_INIT;
    int lock;
    assert_int_equal(output_lock_folder(&lock, "run", &err), 0);
    struct train_settings settings = train_fixture_settings("run");
    settings.force = true;
    assert_exists(&settings, "another run");
    close(lock);
    train_fixture_run(&settings);
}

// A power cut must not take a folder whose files are synced: what holds it is, too.
static void test_folders_last(void **state)
{
    (void)state;
    train_fixture_prepare();
    tree_folder("runs");
    struct train_settings settings = train_fixture_settings("runs/a/");
    settings.epochs = 1;
    synced_count = 0;
    train_fixture_run(&settings);
    assert_synced("runs");
    assert_synced("runs/a/tb"); // which holds one for each part

    tree_folder("folds");
    settings.output = "folds/b";
    settings.data.cross_validate = 2;
    struct error err = ERROR_INIT;
    synced_count = 0;
    if (folds_run(&settings, "p.h5", &err) < 0) {
        fail_msg("%s", err.text);
    }
    assert_synced("folds");
    assert_synced("folds/b");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_same_for_any_threads, tree_enter, tree_leave),
        cmocka_unit_test_setup_teardown(test_both_ways_of_counting, tree_enter, tree_leave),
        cmocka_unit_test_setup_teardown(test_it_learns, tree_enter, tree_leave),
        cmocka_unit_test_setup_teardown(test_what_the_model_knows, tree_enter, tree_leave),
        cmocka_unit_test_setup_teardown(test_drawn_validation, tree_enter, tree_leave),
        cmocka_unit_test_setup_teardown(test_init, tree_enter, tree_leave),
        cmocka_unit_test_setup_teardown(test_what_is_refused, tree_enter, tree_leave),
        cmocka_unit_test_setup_teardown(test_not_finite, tree_enter, tree_leave),
        cmocka_unit_test_setup_teardown(test_existing_folders, tree_enter, tree_leave),
        cmocka_unit_test_setup_teardown(test_folder_in_use, tree_enter, tree_leave),
        cmocka_unit_test_setup_teardown(test_folders_last, tree_enter, tree_leave),
    };
    return cmocka_run_group_tests_name("train_run", tests, NULL, NULL);
}
