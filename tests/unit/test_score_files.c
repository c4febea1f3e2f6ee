/* The tables of scores: what is written, and what reads back. */

#include "formats/score_files.h"

#include "core/base/io.h"
#include "formats/csv_field.h"
#include "tests/unit/tree_fixture.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static const char *const names[] = {"Archery", "Tai, Chi", "Yo \"Yo\""};

static void assert_file(const char *path, const char *expected)
{
    struct error err = ERROR_INIT;
    char *text;
    size_t size;
    assert_int_equal(io_read_file(&text, &size, path, 1 << 16, &err), 0);
    assert_string_equal(text, expected);
    free(text);
}

static void test_tables(void **state)
{
    (void)state;
    static const uint64_t samples[] = {4, 1, 1, 0, 0, 0, 0, 3, 5};
    static const uint64_t frames[] = {12, 3, 3, 0, 0, 0, 0, 10, 14};
    struct error err = ERROR_INIT;
    assert_int_equal(score_write_confusion("c.csv", names, 3, samples, &err), 0);
    assert_file("c.csv", "class,Archery,\"Tai, Chi\",\"Yo \"\"Yo\"\"\"\n"
                         "Archery,4,1,1\n"
                         "\"Tai, Chi\",0,0,0\n"
                         "\"Yo \"\"Yo\"\"\",0,3,5\n");
    assert_int_equal(score_write_per_class("p.csv", names, 3, frames, samples, &err), 0);
    assert_file("p.csv", "class,samples,samples_right,accuracy_sample,frames,frames_right,"
                         "accuracy_frame,taken_for,taken_for_samples\n"
                         "Archery,6,4,0.666666667,18,12,0.666666667,\"Tai, Chi\",1\n"
                         "\"Tai, Chi\",0,0,,0,0,,,0\n"
                         "\"Yo \"\"Yo\"\"\",8,5,0.625,24,14,0.583333333,\"Tai, Chi\",3\n");
    int code = score_write_confusion("absent/c.csv", names, 3, samples, &err);
    assert_error(&err, code, ERR_IO, "absent/c.csv", "No such file");
}

static void test_round_trip(void **state)
{
    (void)state;
    struct error err = ERROR_INIT;
    struct history_score made = {"odd, \"name\"", "test", 10, 30, 2.5, 0.125, 0.4, 2.25, 0.75, 0.8};
    struct history_score read;
    assert_int_equal(history_write_score(&made, "s.csv", &err), 0);
    assert_int_equal(score_read(&read, "s.csv", &err), 0);
    assert_true(read.samples == 10 && read.frames == 30 && read.loss == 2.5);
    assert_true(read.accuracy_frame == 0.125 && read.accuracy_sample == 0.4);
    assert_true(read.loss_sample == 2.25 && read.top5_frame == 0.75 && read.top5_sample == 0.8);
    // By name, in any order; what is missing is not a number.
    tree_put("s.csv", "accuracy_sample,other,samples\n0.5,x,7\n");
    assert_int_equal(score_read(&read, "s.csv", &err), 0);
    assert_true(read.accuracy_sample == 0.5 && read.samples == 7 && isnan(read.loss));
}

static void test_bad_scores(void **state)
{
    (void)state;
    static const char *const bad[] = {"", "loss\n", "loss\nx\n", "a,loss\n1\n", "\"loss\n1\n",
                                      "samples\n-1\n", "samples\n\n"};
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        struct history_score read;
        struct error err = ERROR_INIT;
        tree_put("s.csv", bad[i]);
        int code = score_read(&read, "s.csv", &err);
        assert_error(&err, code, ERR_FORMAT, "s.csv", "is no score");
    }
    struct history_score read;
    struct error err = ERROR_INIT;
    tree_put_bytes("s.csv", "samples\n1\0,\n", 12); // hidden bytes
    int code = score_read(&read, "s.csv", &err);
    assert_error(&err, code, ERR_FORMAT, "s.csv", "is no score");
}

// What csv_field() writes is what csv_field_next() reads.
static void test_fields(void **state)
{
    (void)state;
    char line[] = "a,,\"b, \"\"c\"\"\",\"\"";
    static const char *const expected[] = {"a", "", "b, \"c\"", ""};
    char *at = line;
    for (size_t i = 0; i < 4; i++) {
        assert_string_equal(csv_field_next(&at), expected[i]);
    }
    assert_null(csv_field_next(&at));
    char open[] = "\"never closed";
    at = open;
    assert_null(csv_field_next(&at));
    char behind[] = "\"a\"b,c";
    at = behind;
    assert_null(csv_field_next(&at));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_tables, tree_enter, tree_leave),
        cmocka_unit_test_setup_teardown(test_round_trip, tree_enter, tree_leave),
        cmocka_unit_test_setup_teardown(test_bad_scores, tree_enter, tree_leave),
        cmocka_unit_test(test_fields),
    };
    return cmocka_run_group_tests_name("score_files", tests, NULL, NULL);
}
