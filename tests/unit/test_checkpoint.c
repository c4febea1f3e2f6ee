/* Checkpoint files: round trips, and what is refused. */

#include "formats/checkpoint.h"

#include "formats/h5_write.h"
#include "tests/unit/tree_fixture.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { TRAINED = 5, EPOCHS = 3 };

static struct history_row rows[EPOCHS];
static float averages[TRAINED], buffers[TRAINED], weights[TRAINED];

static struct model make_model(void)
{
    static const char *const classes[] = {"Archery", "Tai Chi"};
    static const struct model_option options[] = {{"seed", "1"}, {"epochs", "5"}};
    static const struct model_clip clips[] = {{"Archery", "", "a.avi"}};
    static struct parameter table[] = {
        {.name = "0.weight", .dim_count = 1, .dim = {TRAINED}, .offset = 0, .size = TRAINED},
    };
    return (struct model){
        .net_text = "flatten\nlinear\n", .net_name = "small", .classes = classes,
        .class_count = 2,
        .input = {.frames = 1, .height = 2, .width = 2, .fit = "", .sampling = "", .scaler = "",
                  .matrix = ""},
        .options = options, .option_count = 2, .clips = clips, .clip_count = 1,
        .parameters = {.table = table, .count = 1, .values = weights, .total = TRAINED},
    };
}

static struct checkpoint make_checkpoint(void)
{
    for (int i = 0; i < TRAINED; i++) {
        averages[i] = 0.5f * (float)i;
        buffers[i] = -1 - (float)i;
        weights[i] = 1.f / (float)(i + 1);
    }
    for (int i = 0; i < EPOCHS; i++) {
        rows[i] = history_row_empty(i + 1);
        rows[i].lr = 1. / (i + 3);
        rows[i].val_loss = i == 1 ? NAN : 2.5 - i;
        rows[i].train_seconds = 12.5;
    }
    return (struct checkpoint){
        .step = 38, .epoch = 3, .position = 16, .optimiser_steps = 38,
        .schedule_best = INFINITY, .schedule_lr = 1e-3, .schedule_bad_epochs = 2,
        .schedule_cooldown = 1, .lr = 1. / 3, .loss_sum = 17.25, .examples = 16, .correct = 9,
        .best_epoch = 2, .best_accuracy = 0.75, .best_loss = 1.5,
        .arrays = {{"square_avg", averages, TRAINED}, {"momentum_buffer", buffers, TRAINED}},
        .array_count = 2,
        .history = {rows, EPOCHS, EPOCHS},
    };
}

static void put(const char *path, const struct checkpoint *checkpoint)
{
    struct error err = ERROR_INIT;
    struct model model = make_model();
    if (checkpoint_write(path, &model, checkpoint, &err) < 0) {
        fail_msg("%s", err.text);
    }
}

static int try_read(struct checkpoint **ret, struct model **ret_model, const char *path,
                    struct error *err)
{
    struct sandbox sandbox = sandbox_defaults();
    *err = (struct error)ERROR_INIT;
    return checkpoint_read(ret, ret_model, path, &sandbox, err);
}

static void refuse(const char *path, int expected, const char *text)
{
    struct checkpoint *checkpoint;
    struct model *model;
    struct error err;
    int code = try_read(&checkpoint, &model, path, &err);
    assert_error(&err, code, expected, path, text);
}

static void test_round_trip(void **state)
{
    (void)state;
    struct checkpoint made = make_checkpoint();
    struct checkpoint *read;
    struct model *model;
    struct error err;
    put("c.h5", &made);
    if (try_read(&read, &model, "c.h5", &err) < 0) {
        fail_msg("%s", err.text);
    }
    assert_string_equal(model->net_name, "small");
    assert_memory_equal(model->parameters.values, weights, sizeof weights);
    // All numbers stand before the arrays.
    assert_memory_equal(read, &made, offsetof(struct checkpoint, arrays));
    assert_int_equal(read->array_count, 2);
    assert_string_equal(read->arrays[0].name, "momentum_buffer");
    assert_string_equal(read->arrays[1].name, "square_avg");
    assert_memory_equal(read->arrays[0].values, buffers, sizeof buffers);
    assert_memory_equal(read->arrays[1].values, averages, sizeof averages);
    assert_int_equal(read->history.count, EPOCHS);
    for (int i = 0; i < EPOCHS; i++) {
        const struct history_row *row = &read->history.rows[i];
        assert_int_equal(row->epoch, i + 1);
        assert_true(row->lr == rows[i].lr);
        assert_true(i == 1 ? isnan(row->val_loss) : row->val_loss == rows[i].val_loss);
        assert_true(isnan(row->train_seconds)); // a time is in no checkpoint
    }
    checkpoint_free(&read);
    model_free(&model);
}

// It is a model file, too.
static void test_is_a_model(void **state)
{
    (void)state;
    struct checkpoint made = make_checkpoint();
    put("c.h5", &made);
    struct sandbox sandbox = sandbox_defaults();
    struct error err = ERROR_INIT;
    struct model *model;
    assert_int_equal(model_read(&model, "c.h5", &sandbox, &err), 0);
    assert_int_equal(model->parameters.total, TRAINED);
    model_free(&model);
}

static void test_same_bytes(void **state)
{
    (void)state;
    struct checkpoint made = make_checkpoint();
    put("a.h5", &made);
    struct checkpoint_array first = made.arrays[0];
    made.arrays[0] = made.arrays[1];
    made.arrays[1] = first;
    rows[0].train_seconds = 99;
    put("b.h5", &made);
    size_t size_a, size_b;
    char *a = tree_get("a.h5", &size_a), *b = tree_get("b.h5", &size_b);
    assert_int_equal(size_a, size_b);
    assert_memory_equal(a, b, size_a);
    free(b);
    made.correct++;
    put("b.h5", &made);
    b = tree_get("b.h5", &size_b);
    assert_int_equal(size_a, size_b);
    assert_memory_not_equal(a, b, size_a);
    free(a);
    free(b);
}

static void test_nothing_yet(void **state)
{
    (void)state;
    struct checkpoint made = {.schedule_best = -INFINITY, .schedule_lr = 0.5};
    struct checkpoint *read;
    struct model *model;
    struct error err;
    put("c.h5", &made);
    assert_int_equal(try_read(&read, &model, "c.h5", &err), 0);
    assert_int_equal(read->history.count, 0);
    assert_int_equal(read->array_count, 0);
    checkpoint_free(&read);
    model_free(&model);
}

static void test_refused(void **state)
{
    (void)state;
    struct error err = ERROR_INIT;
    struct model model = make_model();
    assert_int_equal(model_write("m.h5", &model, true, &err), 0);
    refuse("m.h5", ERR_FORMAT, "a model, but no checkpoint");
    tree_put("t.h5", "text");
    refuse("t.h5", ERR_FORMAT, "not an HDF5 file");

    struct checkpoint made = make_checkpoint();
    made.correct = made.examples + 1;
    put("c.h5", &made);
    refuse("c.h5", ERR_FORMAT, "its numbers contradict each other");
    made = make_checkpoint();
    made.best_epoch = EPOCHS + 1;
    put("c.h5", &made);
    refuse("c.h5", ERR_FORMAT, "its numbers contradict each other");
    made = make_checkpoint();
    rows[1].epoch = 3;
    put("c.h5", &made);
    refuse("c.h5", ERR_FORMAT, "its history leaves out epochs");
    made = make_checkpoint();
    buffers[3] = NAN;
    put("c.h5", &made);
    refuse("c.h5", ERR_FORMAT, "what is not finite");
}

static void test_newer_version(void **state)
{
    (void)state;
    struct checkpoint made = make_checkpoint();
    struct h5_writer *writer;
    struct error err = ERROR_INIT;
    put("c.h5", &made);
    assert_int_equal(h5_write_reopen(&writer, "c.h5", &err), 0);
    assert_int_equal(h5_write_u64(writer, "/checkpoint", "version", 2, &err), 0);
    assert_int_equal(h5_write_close(&writer, &err), 0);
    refuse("c.h5", ERR_VERSION, "a checkpoint of format version 2");
}

// Every bit of every number counts: what was changed is not taken for whole.
static void test_changed(void **state)
{
    (void)state;
    static const char *const numbers[] = {"step", "position", "correct", "schedule_bad_epochs"};
    struct checkpoint made = make_checkpoint();
    struct error err = ERROR_INIT;
    for (size_t i = 0; i < sizeof numbers / sizeof numbers[0]; i++) {
        struct h5_writer *writer;
        put("c.h5", &made);
        assert_int_equal(h5_write_reopen(&writer, "c.h5", &err), 0);
        assert_int_equal(h5_write_u64(writer, "/checkpoint", numbers[i], 7, &err), 0);
        assert_int_equal(h5_write_close(&writer, &err), 0);
        refuse("c.h5", ERR_FORMAT, "do not have the digest");
    }
    put("c.h5", &made);
    size_t size;
    char *bytes = tree_get("c.h5", &size);
    float wanted = buffers[2];
    for (size_t at = 0; at + sizeof wanted <= size; at++) {
        if (memcmp(bytes + at, &wanted, sizeof wanted) == 0) {
            bytes[at] ^= 1;
        }
    }
    tree_put_bytes("c.h5", bytes, size);
    free(bytes);
    refuse("c.h5", ERR_FORMAT, "do not have the digest");
}

// Wherever a byte is flipped, it is read as it was or refused.
static void test_any_flip(void **state)
{
    (void)state;
    struct checkpoint made = make_checkpoint();
    put("whole.h5", &made);
    size_t size;
    char *bytes = tree_get("whole.h5", &size);
    for (size_t at = 7; at < size; at += size / 60) {
        struct checkpoint *read = NULL;
        struct model *model = NULL;
        struct error err;
        bytes[at] ^= 0x10;
        tree_put_bytes("c.h5", bytes, size);
        bytes[at] ^= 0x10;
        if (try_read(&read, &model, "c.h5", &err) == 0) {
            assert_memory_equal(read, &made, offsetof(struct checkpoint, arrays));
            assert_memory_equal(read->arrays[1].values, averages, sizeof averages);
        }
        checkpoint_free(&read);
        model_free(&model);
    }
    free(bytes);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_round_trip, tree_enter, tree_leave),
        cmocka_unit_test_setup_teardown(test_is_a_model, tree_enter, tree_leave),
        cmocka_unit_test_setup_teardown(test_same_bytes, tree_enter, tree_leave),
        cmocka_unit_test_setup_teardown(test_nothing_yet, tree_enter, tree_leave),
        cmocka_unit_test_setup_teardown(test_refused, tree_enter, tree_leave),
        cmocka_unit_test_setup_teardown(test_newer_version, tree_enter, tree_leave),
        cmocka_unit_test_setup_teardown(test_changed, tree_enter, tree_leave),
        cmocka_unit_test_setup_teardown(test_any_flip, tree_enter, tree_leave),
    };
    return cmocka_run_group_tests_name("checkpoint", tests, NULL, NULL);
}
