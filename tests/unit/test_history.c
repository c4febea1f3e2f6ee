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

static void test_score(void **state)
{
    (void)state;
    struct error err = ERROR_INIT;
    struct history_score score = {"odd, \"name\"", "test", 10, 30, 2.5, 1.0 / 3, 0.4};
    assert_int_equal(history_write_score(&score, "t.csv", &err), 0);
    assert_file("t.csv", "split,part,samples,frames,loss,accuracy_frame,accuracy_sample\n"
                         "\"odd, \"\"name\"\"\",test,10,30,2.5,0.333333333,0.4\n");
    int code = history_write_score(&score, "absent/t.csv", &err);
    assert_error(&err, code, ERR_IO, "absent/t.csv", "No such file");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_rows, tree_enter, tree_leave),
        cmocka_unit_test_setup_teardown(test_extremes, tree_enter, tree_leave),
        cmocka_unit_test_setup_teardown(test_score, tree_enter, tree_leave),
    };
    return cmocka_run_group_tests_name("history", tests, NULL, NULL);
}
