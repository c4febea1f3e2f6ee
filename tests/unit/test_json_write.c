// JSON: names and texts of every sort, numbers that are read as the same, levels.
#include "formats/json_write.h"

#include <float.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

struct sheet {
    char *text;
    size_t size;
    FILE *out;
};

static struct json begin(struct sheet *sheet)
{
    sheet->out = open_memstream(&sheet->text, &sheet->size);
    assert_non_null(sheet->out);
    return json_begin(sheet->out);
}

static void expect(struct sheet *sheet, struct json *json, const char *wanted)
{
    json_end(json);
    assert_int_equal(fclose(sheet->out), 0);
    assert_string_equal(sheet->text, wanted);
    free(sheet->text);
}

static void test_levels(void **state)
{
    (void)state;
    struct sheet sheet;
    struct json json = begin(&sheet);
    expect(&sheet, &json, "{}\n");
    json = begin(&sheet);
    json_array_begin(&json, "a");
    json_array_end(&json);
    json_array_begin(&json, "b");
    json_count(&json, NULL, 1);
    json_object_begin(&json, NULL);
    json_object_end(&json);
    json_array_end(&json);
    json_count(&json, "c", UINT64_MAX);
    expect(&sheet, &json, "{\n  \"a\": [],\n  \"b\": [\n    1,\n    {}\n  ],\n"
           "  \"c\": 18446744073709551615\n}\n");
}

static void test_texts(void **state)
{
    (void)state;
    struct sheet sheet;
    struct json json = begin(&sheet);
    json_text(&json, "\"\\", "a\"b\\c/\xc3\xa9");
    json_text(&json, "bytes", "\n\x01\x7f\xff");
    json_text(&json, "none", NULL);
    expect(&sheet, &json, "{\n  \"\\\"\\\\\": \"a\\\"b\\\\c/\xc3\xa9\",\n"
           "  \"bytes\": \"\\\\x0a\\\\x01\\\\x7f\\\\xff\",\n  \"none\": null\n}\n");
}

static void test_numbers(void **state)
{
    (void)state;
    static const double values[] = {0.1, 1e22, 1.0 / 3, -2.5e-300, DBL_MAX, -DBL_MAX, 5e-324};
    for (size_t i = 0; i < sizeof values / sizeof *values; i++) {
        struct sheet sheet;
        struct json json = begin(&sheet);
        json_number(&json, "x", values[i]);
        json_end(&json);
        assert_int_equal(fclose(sheet.out), 0);
        assert_true(strtod(strchr(sheet.text, ':') + 1, NULL) == values[i]);
        free(sheet.text);
    }
    struct sheet sheet;
    struct json json = begin(&sheet);
    json_number(&json, "short", 0.1);
    json_number(&json, "whole", 7279760);
    json_number(&json, "nan", NAN);
    json_number(&json, "infinite", -INFINITY);
    expect(&sheet, &json, "{\n  \"short\": 0.1,\n  \"whole\": 7279760,\n  \"nan\": null,\n"
           "  \"infinite\": null\n}\n");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_levels),
        cmocka_unit_test(test_texts),
        cmocka_unit_test(test_numbers),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
