#include "formats/history.h"

#include "core/base/io.h"
#include "tests/unit/tree_fixture.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#define HEADER \
    "epoch,lr,train_loss,train_accuracy_frame,train_accuracy_sample,val_loss," \
    "val_accuracy_frame,val_accuracy_sample,train_seconds,train_frames_per_second," \
    "eval_frames_per_second,train_eval_loss,train_eval_accuracy_frame\n"

static void assert_file(const char *path, const char *expected)
{
    struct error err = ERROR_INIT;
    char *text;
    size_t size;
    assert_int_equal(io_read_file(&text, &size, path, 1 << 20, &err), 0);
    assert_string_equal(text, expected);
    assert_int_equal(size, strlen(expected));
    free(text);
}

static void test_rows(void **state)
{
    (void)state;
    struct error err = ERROR_INIT;
    struct history history = {0};
    assert_int_equal(history_write(&history, "h.csv", &err), 0);
    assert_file("h.csv", HEADER);

    struct history_row row = history_row_empty(1);
    row.lr = 1e-4;
    row.train_loss = 1.23456789012;
    row.train_accuracy_frame = 0.5;
    row.train_seconds = 12.3456;
    row.train_frames_per_second = 1234.56;
    assert_int_equal(history_add(&history, &row, &err), 0);
    assert_int_equal(history_write(&history, "h.csv", &err), 0);
    assert_file("h.csv", HEADER "1,0.0001,1.23456789,0.5,,,,,12.346,1234.6,,,\n");

    row = (struct history_row){
        .epoch = 2, .lr = 1, .train_loss = 2, .train_accuracy_frame = 3,
        .train_accuracy_sample = 4, .val_loss = 5, .val_accuracy_frame = 6,
        .val_accuracy_sample = 7, .train_seconds = 8, .train_frames_per_second = 9,
        .eval_frames_per_second = 10, .train_eval_loss = 11, .train_eval_accuracy_frame = 12,
    };
    assert_int_equal(history_add(&history, &row, &err), 0);
    assert_int_equal(history_write(&history, "h.csv", &err), 0);
    assert_file("h.csv", HEADER "1,0.0001,1.23456789,0.5,,,,,12.346,1234.6,,,\n"
                                "2,1,2,3,4,5,6,7,8.000,9.0,10.0,11,12\n");
    assert_int_equal(access("h.csv.partial", F_OK), -1);
    history_clear(&history);
    assert_int_equal(history.count, 0);
}

// Many rows, with the longest cells there can be.
static void test_extremes(void **state)
{
    (void)state;
    enum { ROWS = 100 };
    struct error err = ERROR_INIT;
    struct history history = {0};
    struct history_row row = history_row_empty(-2147483647);
    row.lr = row.train_loss = row.val_loss = -1.7976931348623157e308;
    row.train_seconds = row.train_frames_per_second = row.eval_frames_per_second = row.lr;
    row.val_accuracy_frame = INFINITY;
    for (int i = 0; i < ROWS; i++) {
        assert_int_equal(history_add(&history, &row, &err), 0);
    }
    assert_int_equal(history.count, ROWS);
    assert_int_equal(history_write(&history, "h.csv", &err), 0);
    history_clear(&history);
    char *text;
    size_t size;
    assert_int_equal(io_read_file(&text, &size, "h.csv", 1 << 20, &err), 0);
    size_t lines = 0, commas = 0;
    for (size_t i = 0; i < size; i++) {
        lines += text[i] == '\n';
        commas += text[i] == ',';
    }
    assert_int_equal(lines, ROWS + 1);
    assert_int_equal(commas, 12 * (ROWS + 1));
    free(text);
}

static void assert_unreadable(const char *text, const char *part)
{
    struct error err = ERROR_INIT;
    struct history history = {0};
    tree_put("h.csv", text);
    int code = history_read(&history, "h.csv", &err);
    assert_error(&err, code, ERR_FORMAT, "h.csv", part);
    assert_int_equal(history.count, 0);
}

static void test_read(void **state)
{
    (void)state;
    struct error err = ERROR_INIT;
    struct history written = {0}, history = {0};
    for (int epoch = 1; epoch <= 40; epoch++) {
        struct history_row row = history_row_empty(epoch);
        row.lr = 0.5 / epoch;
        row.val_loss = epoch % 3 ? 1. / epoch : NAN;
        row.train_seconds = 0.125 * epoch;
        assert_int_equal(history_add(&written, &row, &err), 0);
    }
    assert_int_equal(history_write(&written, "h.csv", &err), 0);
    assert_int_equal(history_read(&history, "h.csv", &err), 0);
    assert_int_equal(history.count, 40);
    for (int i = 0; i < 40; i++) {
        const struct history_row *row = &history.rows[i];
        assert_int_equal(row->epoch, i + 1);
        assert_true(fabs(row->lr - 0.5 / (i + 1)) < 1e-9);
        assert_true((i + 1) % 3 ? fabs(row->val_loss - 1. / (i + 1)) < 1e-9
                                : isnan(row->val_loss));
        assert_true(fabs(row->train_seconds - 0.125 * (i + 1)) < 1e-9);
        assert_true(isnan(row->train_loss));
    }
    history_clear(&history);
    history_clear(&written);

    // Columns are found by name, wherever they are, and new ones passed over.
    tree_put("h.csv", "new,train_seconds,epoch\nx,2.5,7\n");
    assert_int_equal(history_read(&history, "h.csv", &err), 0);
    assert_int_equal(history.count, 1);
    assert_int_equal(history.rows[0].epoch, 7);
    assert_float_equal(history.rows[0].train_seconds, 2.5, 0);
    history_clear(&history);

    assert_unreadable("", "does not begin with");
    assert_unreadable("epoch,lr\n1,0.5\n2\n", "line 3: no row of a history");
    assert_unreadable("epoch,lr\n1,0.5,3\n", "line 2: no row of a history");
    assert_unreadable("epoch,lr\n1,fast\n", "line 2: no row of a history");
    assert_unreadable("epoch,lr\n1.5,1\n", "line 2: no row of a history");
    tree_put_bytes("h.csv", "epoch,lr\n1,0.5\n\0002,0.5\n", 22);
    int code = history_read(&history, "h.csv", &err);
    assert_error(&err, code, ERR_FORMAT, "h.csv", "NUL");
}

static void test_score(void **state)
{
    (void)state;
    struct error err = ERROR_INIT;
    struct history_score score = {"odd, \"name\"", "test", 10, 30, 2.5, 1.0 / 3, 0.4, 2.25,
                                  0.75, 0.8};
    assert_int_equal(history_write_score(&score, "t.csv", &err), 0);
    assert_file("t.csv", "split,part,samples,frames,loss,accuracy_frame,accuracy_sample,"
                         "loss_sample,top5_frame,top5_sample\n"
                         "\"odd, \"\"name\"\"\",test,10,30,2.5,0.333333333,0.4,2.25,0.75,0.8\n");
    int code = history_write_score(&score, "absent/t.csv", &err);
    assert_error(&err, code, ERR_IO, "absent/t.csv", "No such file");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_rows, tree_enter, tree_leave),
        cmocka_unit_test_setup_teardown(test_extremes, tree_enter, tree_leave),
        cmocka_unit_test_setup_teardown(test_read, tree_enter, tree_leave),
        cmocka_unit_test_setup_teardown(test_score, tree_enter, tree_leave),
    };
    return cmocka_run_group_tests_name("history", tests, NULL, NULL);
}
