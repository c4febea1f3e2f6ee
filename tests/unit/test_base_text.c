#include "core/base/text.h"

#include <limits.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

static void whole_numbers(void **state)
{
    (void)state;
    int64_t v = 77;
    assert_true(text_to_i64("-9223372036854775808", INT64_MIN, INT64_MAX, &v));
    assert_true(v == INT64_MIN);
    assert_true(text_to_i64("9223372036854775807", INT64_MIN, INT64_MAX, &v));
    assert_true(v == INT64_MAX);
    assert_true(text_to_i64("+007", 0, 10, &v));
    assert_true(v == 7);
    assert_true(text_to_i64("10", 0, 10, &v) && text_to_i64("0", 0, 10, &v));

    static const char *const bad[] = {
        "", " 1", "1 ", "1O", "0x10", "1e3", "--1", "+-1", "-", "+", "1.0", "11", "-1",
        "9223372036854775808", "18446744073709551617", "\t3", "3\n", "٣", NULL,
    };
    for (size_t i = 0; bad[i]; i++) {
        v = 77;
        assert_false(text_to_i64(bad[i], 0, 10, &v));
        assert_true(v == 77);
    }

    uint64_t u = 77;
    assert_true(text_to_u64("18446744073709551615", &u));
    assert_true(u == UINT64_MAX);
    u = 77;
    assert_false(text_to_u64("18446744073709551616", &u));
    assert_false(text_to_u64("-1", &u));
    assert_false(text_to_u64("+1", &u));
    assert_false(text_to_u64("", &u));
    assert_false(text_to_u64("1 ", &u));
    assert_true(u == 77);

    int n = 77;
    assert_true(text_to_int("2147483647", INT_MIN, INT_MAX, &n));
    assert_int_equal(n, INT_MAX);
    assert_true(text_to_int("-2147483648", INT_MIN, INT_MAX, &n));
    assert_int_equal(n, INT_MIN);
    n = 77;
    assert_false(text_to_int("4294967297", INT_MIN, INT_MAX, &n)); // would wrap to 1
    assert_int_equal(n, 77);
}

static void decimals(void **state)
{
    (void)state;
    double d = 77;
    assert_true(text_to_double("1e-4", 0, 1, &d) && d == 1e-4);
    assert_true(text_to_double(".5", 0, 1, &d) && d == 0.5);
    assert_true(text_to_double("-2.", -3, 1, &d) && d == -2.0);
    assert_true(text_to_double("0", 0, 0, &d) && d == 0.0);
    static const char *const bad[] = {
        "", "nan", "inf", "0x1p3", "1e400", "1,5", " 1", "1 ", "1e", "e1", ".", "-", "1.5.2",
        "1e5e5", "2.0000001", "-0.1", NULL,
    };
    for (size_t i = 0; bad[i]; i++) {
        d = 77;
        assert_false(text_to_double(bad[i], 0, 2, &d));
        assert_true(d == 77);
    }
}

static void dimensions(void **state)
{
    (void)state;
    int v[3] = {1, 2, 3};
    assert_true(text_to_dims("64x48", 2, 4096, v));
    assert_int_equal(v[0], 64);
    assert_int_equal(v[1], 48);
    assert_true(text_to_dims("7x7x8", 3, 8, v));
    assert_int_equal(v[2], 8);
    assert_true(text_to_dims("5", 1, 5, v));
    assert_int_equal(v[0], 5);

    static const char *const bad[] = {
        "", "x", "64", "64x", "x64", "64x48x", "64x48x3", "0x5", "5x0", "64X48", "64 x48",
        "+6x4", "-6x4", "4097x1", "1x99999999999999999999", "6x4 ", "6xx4", "6*4", NULL,
    };
    for (size_t i = 0; bad[i]; i++) {
        int w[3] = {77, 77, 77};
        assert_false(text_to_dims(bad[i], 2, 4096, w));
        assert_int_equal(w[0], 77);
        assert_int_equal(w[1], 77);
    }
    assert_false(text_to_dims("1", 0, 9, v));
    assert_false(text_to_dims("1x1x1x1x1x1x1x1x1", 9, 9, v));
}

static void escaping(void **state)
{
    (void)state;
    char out[64];
    assert_string_equal(text_escape(out, sizeof out, "plain ä€😀"), "plain ä€😀");
    assert_string_equal(text_escape(out, sizeof out, "a\033[31m\n\tb\x7f"),
                        "a\\x1b[31m\\x0a\\x09b\\x7f");
    assert_string_equal(text_escape(out, sizeof out, "\xff\xc3"), "\\xff\\xc3");
    assert_string_equal(text_escape(out, sizeof out, "\xc2\x9b""1m"), "\\xc2\\x9b1m");
    assert_string_equal(text_escape(out, sizeof out, ""), "");
    assert_string_equal(text_escape(out, sizeof out, "a\\x0a\n"), "a\\\\x0a\\x0a");
    // What is escaped already is not escaped again, but still harmless.
    assert_string_equal(text_clean(out, sizeof out, "a\\\\x0a\n"), "a\\\\x0a\\x0a");

    // A cut never splits a character or an escape, nor writes behind the end.
    for (size_t capacity = 1; capacity <= 12; capacity++) {
        memset(out, '#', sizeof out);
        text_escape(out, capacity, "é\x01é€");
        size_t length = strlen(out);
        assert_true(length < capacity);
        assert_true(out[capacity] == '#');
        assert_true(text_is_clean(out));
        assert_true(length == 0 || length == 2 || length == 6 || length == 8 || length == 11);
    }
}

// Every text of up to three of these pieces comes back, so no two look the same.
static void escapes_are_undone(void **state)
{
    (void)state;
    static const char *const pieces[] = {
        "", "\\", "x", "0", "1b", "\033", "\xff", "\xc2", "\xa9", "\\x1b", "\\\\", "é",
        "\xe2\x80\xae", "\xe2\x80\x8f",
    };
    enum { PIECES = sizeof pieces / sizeof pieces[0] };
    for (size_t i = 0; i < PIECES * PIECES * PIECES; i++) {
        char text[32], out[128], again[128];
        snprintf(text, sizeof text, "%s%s%s", pieces[i % PIECES], pieces[i / PIECES % PIECES],
                 pieces[i / PIECES / PIECES]);
        text_escape(out, sizeof out, text);
        assert_true(text_is_clean(out));
        assert_string_equal(text_clean(again, sizeof again, out), out);
        assert_string_equal(text_unescape(out), text);
    }
    // What is no escape of ours stays.
    static const char *const others[] = {
        "a\\", "\\y", "\\x", "\\x1", "\\x1G", "\\x1B", "\\x00", "C:\\dir",
    };
    for (size_t i = 0; i < sizeof others / sizeof others[0]; i++) {
        char text[16];
        snprintf(text, sizeof text, "%s", others[i]);
        assert_string_equal(text_unescape(text), others[i]);
    }
}

static void utf8(void **state)
{
    (void)state;
    static const char *const good[] = {
        "", "a~", "\xc2\xa0", "\xdf\xbf", "\xe0\xa0\x80", "\xed\x9f\xbf", "\xee\x80\x80",
        "\xef\xbf\xbf", "\xf0\x90\x80\x80", "\xf4\x8f\xbf\xbf",
        "\xe2\x80\xa9", "\xe2\x80\xaf", "\xe2\x81\xa5", "\xe2\x81\xaa", "\xe2\x80\x8f", NULL,
    };
    static const char *const bad[] = {
        "\x01", "a\nb", "\x7f", "\xc2\x80", "\xc2\x9f",     // controls
        "\xe2\x80\xaa", "\xe2\x80\xae", "\xe2\x81\xa6", "a\xe2\x81\xa9", // turns
        "\x80", "\xbf", "\xfe", "\xff", "\xc3", "\xe2\x82", // no lead, no end
        "\xc0\xaf", "\xc1\xbf", "\xe0\x9f\xbf", "\xf0\x8f\xbf\xbf",         // overlong
        "\xed\xa0\x80", "\xed\xbf\xbf", "\xf4\x90\x80\x80", "\xf5\x80\x80\x80", // beyond
        "\xe2\x28\xa1", "\xf0\x9f\x98", NULL,
    };
    for (size_t i = 0; good[i]; i++) {
        assert_true(text_is_clean(good[i]));
    }
    for (size_t i = 0; bad[i]; i++) {
        assert_false(text_is_clean(bad[i]));
    }
}

static void nearest_word(void **state)
{
    (void)state;
    static const char *const words[] = {"train", "val", "test", "samples", "sampling", NULL};
    assert_string_equal(text_nearest("tain", words), "train");
    assert_string_equal(text_nearest("tests", words), "test");
    assert_string_equal(text_nearest("sampels", words), "samples");
    assert_string_equal(text_nearest("val", words), "val");
    assert_null(text_nearest("bicycle", words));
    static const char *const none[] = {NULL};
    assert_null(text_nearest("a", none));
    char longer[200];
    memset(longer, 'a', sizeof longer - 1);
    longer[sizeof longer - 1] = 0;
    assert_null(text_nearest(longer, words));
}

static void lines(void **state)
{
    (void)state;
    char text[] = "one\r\n\ntwo\n  three\r\n\r\nno end";
    static const char *const expected[] = {"one", "", "two", "  three", "", "no end"};
    char *cursor = text;
    for (size_t i = 0; i < sizeof expected / sizeof expected[0]; i++) {
        char *line = text_next_line(&cursor);
        assert_non_null(line);
        assert_string_equal(line, expected[i]);
    }
    assert_null(text_next_line(&cursor));
    assert_null(text_next_line(&cursor));

    char empty[] = "";
    cursor = empty;
    assert_null(text_next_line(&cursor));
    char inner[] = "a\rb\n"; // a CR that ends no line stays
    cursor = inner;
    assert_string_equal(text_next_line(&cursor), "a\rb");
    assert_null(text_next_line(&cursor));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(whole_numbers), cmocka_unit_test(decimals),
        cmocka_unit_test(dimensions),    cmocka_unit_test(escaping),
        cmocka_unit_test(utf8),          cmocka_unit_test(nearest_word),
        cmocka_unit_test(lines),         cmocka_unit_test(escapes_are_undone),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
