#include "formats/predictions.h"

#include "formats/csv_field.h"
#include "tests/unit/tree_fixture.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

// Two samples of two frames, three classes.
static const float probabilities[] = {
    0.50f, 0.25f, 0.25f, //
    0.10f, 0.20f, 0.70f, // the sample: 0.30 0.225 0.475
    0.25f, 0.50f, 0.25f, //
    0.75f, 0.00f, 0.25f, // 0.50 0.25 0.25
};
static const char *const names[] = {"plain", "a, \"b\"", "na\xc3\xafve "};
static const struct predictions predictions = {
    .probabilities = probabilities, .samples = 2, .frames_per_sample = 2, .classes = 3,
    .class_names = names,
};

static void assert_table(struct predictions_format format, const char *expected)
{
    struct error err = ERROR_INIT;
    char *text;
    size_t size;
    FILE *file = open_memstream(&text, &size);
    assert_non_null(file);
    assert_int_equal(predictions_write(file, "memory", &predictions, format, &err), 0);
    fclose(file);
    assert_string_equal(text, expected);
    free(text);
}

static void test_tables(void **state)
{
    (void)state;
    assert_table((struct predictions_format){0}, "Id,Class\n0,0\n1,2\n2,1\n3,0\n");
    assert_table((struct predictions_format){.by_sample = true}, "Id,Class\n0,2\n1,0\n");
    assert_table((struct predictions_format){.names = true},
                 "Id,Class\n0,plain\n1,\"na\xc3\xafve \"\n2,\"a, \"\"b\"\"\"\n3,plain\n");
    assert_table((struct predictions_format){.by_sample = true, .names = true, .scores = true},
                 "Id,Class,score_plain,\"score_a, \"\"b\"\"\",\"score_na\xc3\xafve \"\n"
                 "0,\"na\xc3\xafve \",0.3,0.225,0.475\n"
                 "1,plain,0.5,0.25,0.25\n");
    assert_table((struct predictions_format){.scores = true},
                 "Id,Class,score_plain,\"score_a, \"\"b\"\"\",\"score_na\xc3\xafve \"\n"
                 "0,0,0.5,0.25,0.25\n1,2,0.1,0.2,0.7\n2,1,0.25,0.5,0.25\n3,0,0.75,0,0.25\n");
}

static void test_best(void **state)
{
    (void)state;
    assert_int_equal(predictions_best((double[]){1}, 1), 0);
    assert_int_equal(predictions_best((double[]){0, 2, 2}, 3), 1); // the first of equals
    assert_int_equal(predictions_best((double[]){-3, -2, -1}, 3), 2);
}

// A full disk is an error, not a short table.
static void test_full_disk(void **state)
{
    (void)state;
    struct error err = ERROR_INIT;
    FILE *file = fopen("/dev/full", "w");
    if (!file) {
        skip();
    }
    int code = predictions_write(file, "table.csv", &predictions,
                                 (struct predictions_format){0}, &err);
    fclose(file);
    assert_error(&err, code, ERR_IO, "table.csv", "No space left");
}

static void test_fields(void **state)
{
    (void)state;
    static const char *const cases[][2] = {
        {"", ""},          {"a b", "a b"},       {" a", "\" a\""},     {"a,b", "\"a,b\""},
        {"\"", "\"\"\"\""}, {"a\nb", "\"a\nb\""}, {"a\rb", "\"a\rb\""}, {"'a'", "'a'"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        size_t bound = csv_field_bound(strlen(cases[i][0]));
        char *out = malloc(bound); // to the byte, for the sanitizer
        assert_string_equal(csv_field(out, cases[i][0]), cases[i][1]);
        free(out);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_tables),
        cmocka_unit_test(test_best),
        cmocka_unit_test(test_full_disk),
        cmocka_unit_test(test_fields),
    };
    return cmocka_run_group_tests_name("predictions", tests, NULL, NULL);
}
