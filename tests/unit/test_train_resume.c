/* Runs that go on, what they refuse, and what they keep beside the model. */

#include "tools/train/session.h"

#include "formats/checkpoint.h"
#include "tests/unit/learning_fixture.h"
#include "tests/unit/train_fixture.h"
#include "tests/unit/tree_fixture.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

static struct train_settings settings_for(const char *run)
{
    struct train_settings settings = train_fixture_settings(run);
    settings.epochs = 3;
    settings.train_eval = TRAIN_EVAL_NEVER;
    return settings;
}

static void go_on(struct train_settings settings)
{
    settings.resume = settings.output;
    train_fixture_run(&settings);
}

static void refuse(struct train_settings settings, int expected, const char *text,
                   const char *other)
{
    struct error err = ERROR_INIT;
    settings.resume = settings.output;
    int code = session_run(&settings, "p.h5", &err);
    assert_error(&err, code, expected, text, other);
}

static bool is_there(const char *path)
{
    return access(path, F_OK) == 0;
}

// More epochs later are as good as all at once: nothing is lost in between, not
// even what plateau remembers.
static void test_more_epochs(void **state)
{
    (void)state;
    train_fixture_prepare();
    struct train_settings settings = settings_for("parts");
    settings.optimiser = OPTIMISER_ADAM;
    settings.schedule = SCHEDULE_PLATEAU;
    settings.plateau_patience = 0;
    settings.factor = 0.5;
    settings.threshold = 0.9; // the loss would have to fall to a tenth
    for (int epochs = 2; epochs <= 8; epochs += 3) {
        settings.epochs = epochs;
        if (epochs == 2) {
            train_fixture_run(&settings);
        } else {
            go_on(settings);
        }
    }
    settings.output = "whole";
    settings.threads = 2;
    train_fixture_run(&settings);
    tree_assert_same("whole/model.h5", "parts/model.h5");
    tree_assert_same("whole/best.h5", "parts/best.h5");
    tree_assert_same("whole/checkpoint.h5", "parts/checkpoint.h5");
    tree_assert_same("whole/options.txt", "parts/options.txt");
    size_t size;
    char *history = tree_get("parts/history.csv", &size);
    assert_null(strstr(history, "\n9,"));
    assert_non_null(strstr(history, "\n8,")); // and the rate was reduced
    assert_null(strstr(history, "\n8,0.001,"));
    // Of the epochs before it the times are known, too: no cell is empty.
    for (char *at = history; (at = strstr(at, "\n")) != NULL && at[1]; at++) {
        char *line = at + 1;
        for (int cell = 0; cell < 8; cell++) {
            line = strchr(line, ',') + 1;
        }
        assert_true(line[0] >= '0' && line[0] <= '9');
    }
    free(history);
}

static void test_finished_is_finished(void **state)
{
    (void)state;
    train_fixture_prepare();
    struct train_settings settings = settings_for("run");
    train_fixture_run(&settings);
    size_t size;
    char *before = tree_get("run/model.h5", &size);
    unlink("run/model.h5"); // as if it had died just before the end
    go_on(settings);
    tree_put_bytes("before.h5", before, size);
    tree_assert_same("run/model.h5", "before.h5");
    free(before);
    settings.epochs = 2;
    refuse(settings, ERR_VALUE, "--epochs 2: 3 are over already", "run");
}

static void test_other_options(void **state)
{
    (void)state;
    train_fixture_prepare();
    struct train_settings settings = settings_for("run");
    train_fixture_run(&settings);
    struct train_settings other = settings;
    other.lr = 2e-3;
    other.batch = 4;
    refuse(other, ERR_VALUE, "lr was 0.001, not 0.002", "batch was 8, not 4");
    other = settings;
    other.optimiser = OPTIMISER_ADAM;
    refuse(other, ERR_VALUE, "optimiser was rmsprop, not adam", "alpha was 0.99, not unset");
    other = settings;
    other.seed = 1;
    refuse(other, ERR_VALUE, "run/checkpoint.h5: was begun with other options", "seed was 54321");
    other = settings;
    other.patience = 100; // says only when a run ends
    go_on(other);
    other = settings;
    other.output = "cycle";
    other.schedule = SCHEDULE_ONECYCLE;
    train_fixture_run(&other);
    other.epochs = 4;
    refuse(other, ERR_VALUE, "epochs was 3, not 4", "cycle");
}

static void test_other_files(void **state)
{
    (void)state;
    train_fixture_prepare();
    struct train_settings settings = settings_for("run");
    train_fixture_run(&settings);
    tree_put("small.net", "conv 3x3x4\nrelu\nmaxpool 2\nflatten\nlinear\n# changed\n");
    refuse(settings, ERR_VALUE, "run/checkpoint.h5: was begun with another net",
           "than small.net is now");
    unlink("small.net"); // the checkpoint knows it
    settings.epochs = 4;
    go_on(settings);

    struct learning_pack plan = learning_pack_defaults();
    plan.count--;
    learning_pack_write(&plan, "p.h5");
    refuse(settings, ERR_VALUE, "run/checkpoint.h5: was begun with another pack", "digest");
    unlink("run/checkpoint.h5");
    refuse(settings, ERR_VALUE, "run: a finished run without its checkpoint", "");
    tree_put("run/checkpoint.h5", "torn");
    refuse(settings, ERR_FORMAT, "run/checkpoint.h5", "not an HDF5 file");
}

// Killed before the first checkpoint there is nothing but options.
static void test_no_checkpoint_yet(void **state)
{
    (void)state;
    train_fixture_prepare();
    struct train_settings settings = settings_for("whole");
    train_fixture_run(&settings);
    settings.output = "run";
    tree_put("run/options.txt", "");
    go_on(settings);
    tree_assert_same("whole/model.h5", "run/model.h5");
    settings.output = "absent";
    refuse(settings, ERR_IO, "absent", "No such file");
}

static void test_kept_checkpoints(void **state)
{
    (void)state;
    train_fixture_prepare();
    struct train_settings settings = settings_for("run");
    settings.epochs = 5;
    settings.keep = 2;
    train_fixture_run(&settings);
    assert_false(is_there("run/checkpoint-3.h5"));
    assert_true(is_there("run/checkpoint-4.h5"));
    tree_assert_same("run/checkpoint-5.h5", "run/checkpoint.h5");

    // An older one, put in its place, leads to the same end.
    size_t size;
    char *older = tree_get("run/checkpoint-4.h5", &size);
    char *model = tree_get("run/model.h5", &size);
    tree_put_bytes("model-before.h5", model, size);
    free(model);
    free(older);
    older = tree_get("run/checkpoint-4.h5", &size);
    tree_put_bytes("run/checkpoint.h5", older, size);
    free(older);
    go_on(settings);
    tree_assert_same("run/model.h5", "model-before.h5");

    // Another run in the folder takes them away, but not what is not train's.
    tree_put("run/checkpoint-x.h5", "mine");
    settings.force = true;
    settings.keep = 0;
    train_fixture_run(&settings);
    assert_false(is_there("run/checkpoint-4.h5") || is_there("run/checkpoint-5.h5"));
    assert_true(is_there("run/checkpoint-x.h5"));
}

// best.h5 is the model as it was after the epoch that validated best.
static void test_best(void **state)
{
    (void)state;
    train_fixture_prepare();
    struct train_settings settings = settings_for("run");
    settings.epochs = 9;
    settings.lr = 3e-3;
    train_fixture_run(&settings);
    struct sandbox sandbox = sandbox_defaults();
    struct error err = ERROR_INIT;
    struct checkpoint *checkpoint;
    struct model *model, *best, *after;
    assert_int_equal(checkpoint_read(&checkpoint, &model, "run/checkpoint.h5", &sandbox, &err), 0);
    int expected = 0;
    for (size_t i = 0; i < checkpoint->history.count; i++) {
        const struct history_row *row = &checkpoint->history.rows[i];
        const struct history_row *other = &checkpoint->history.rows[expected];
        if (row->val_accuracy_sample > other->val_accuracy_sample
            || (row->val_accuracy_sample >= other->val_accuracy_sample
                && row->val_loss < other->val_loss)) {
            expected = (int)i;
        }
    }
    assert_int_equal(checkpoint->best_epoch, expected + 1);
    assert_int_equal(model_read(&best, "run/best.h5", &sandbox, &err), 0);
    char text[16];
    snprintf(text, sizeof text, "%d", expected + 1);
    assert_string_equal(model_option_value(best, "best_epoch"), text);
    settings.output = "short";
    settings.epochs = expected + 1;
    train_fixture_run(&settings);
    assert_int_equal(model_read(&after, "short/model.h5", &sandbox, &err), 0);
    assert_memory_equal(best->parameters.values, after->parameters.values,
                        best->parameters.total * sizeof(real));
    model_free(&after);
    model_free(&best);
    model_free(&model);
    checkpoint_free(&checkpoint);
}

static size_t epochs_of(const char *path)
{
    size_t size, lines = 0;
    char *text = tree_get(path, &size);
    for (size_t i = 0; i < size; i++) {
        lines += text[i] == '\n';
    }
    free(text);
    return lines - 1;
}

// A network that stands still never gets better than after its first epoch.
static void test_patience(void **state)
{
    (void)state;
    train_fixture_prepare();
    struct train_settings settings = settings_for("run");
    settings.lr = 1e-12;
    settings.epochs = 50;
    settings.patience = 3;
    settings.train_eval = TRAIN_EVAL_LAST;
    train_fixture_run(&settings);
    size_t epochs = epochs_of("run/history.csv");
    assert_true(epochs >= 4 && epochs < 10);
    assert_true(is_there("run/model.h5"));
    size_t size; // the last epoch scored the training part, though none knew it would be last
    char *history = tree_get("run/history.csv", &size);
    assert_int_not_equal(history[size - 2], ',');
    free(history);
    go_on(settings); // there is nothing left to do
    assert_int_equal(epochs_of("run/history.csv"), epochs);
}

// What watches the validation part needs one.
static void test_nothing_to_watch(void **state)
{
    (void)state;
    struct learning_pack plan = learning_pack_defaults();
    for (size_t i = 0; i < plan.count; i++) {
        strcpy(plan.clips[i].group, "g01"); // one group a class: none to spare
        plan.clips[i].parts[0] = PART_TRAIN;
    }
    learning_pack_write(&plan, "p.h5");
    learning_put_net();
    struct error err = ERROR_INIT;
    struct train_settings settings = settings_for("run");
    settings.patience = 1;
    int code = session_run(&settings, "p.h5", &err);
    assert_error(&err, code, ERR_VALUE, "--patience watches the validation part", "groups");
    err = (struct error)ERROR_INIT;
    settings.patience = 0;
    settings.schedule = SCHEDULE_PLATEAU;
    code = session_run(&settings, "p.h5", &err);
    assert_error(&err, code, ERR_VALUE, "--schedule plateau watches", "p.h5");
    settings.schedule = SCHEDULE_CONSTANT;
    settings.plateau_patience = OPTION_UNSET;
    train_fixture_run(&settings);
    assert_false(is_there("run/best.h5"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_more_epochs, tree_enter, tree_leave),
        cmocka_unit_test_setup_teardown(test_finished_is_finished, tree_enter, tree_leave),
        cmocka_unit_test_setup_teardown(test_other_options, tree_enter, tree_leave),
        cmocka_unit_test_setup_teardown(test_other_files, tree_enter, tree_leave),
        cmocka_unit_test_setup_teardown(test_no_checkpoint_yet, tree_enter, tree_leave),
        cmocka_unit_test_setup_teardown(test_kept_checkpoints, tree_enter, tree_leave),
        cmocka_unit_test_setup_teardown(test_best, tree_enter, tree_leave),
        cmocka_unit_test_setup_teardown(test_patience, tree_enter, tree_leave),
        cmocka_unit_test_setup_teardown(test_nothing_to_watch, tree_enter, tree_leave),
    };
    return cmocka_run_group_tests_name("train_resume", tests, NULL, NULL);
}
