#include "formats/class_list.h"
#include "formats/clip_list.h"
#include "formats/group_name.h"
#include "tree_fixture.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

static void test_numbered_in_any_order(void **state)
{
    (void)state;
    struct error err = ERROR_INIT;
    struct class_list list;
    tree_put("c.txt", "\xef\xbb\xbf" "2 HammerThrow\r\n\r\n1 Hammering \t\r\n3  Two Words\n");
    assert_int_equal(class_list_read_numbered(&list, "c.txt", &err), 0);
    assert_int_equal(list.count, 3);
    assert_string_equal(list.names[0], "Hammering");
    assert_string_equal(list.names[1], "HammerThrow");
    assert_string_equal(list.names[2], "Two Words");
    assert_null(list.names[3]);
    assert_int_equal(class_list_find(&list, "HammerThrow"), 1);
    assert_int_equal(class_list_find(&list, "hammerthrow"), 1);
    assert_int_equal(class_list_find(&list, "Hammer"), -1);
    class_list_free(&list);
}

static void expect_bad_numbered(const char *text, const char *why)
{
    struct error err = ERROR_INIT;
    struct class_list list = {0};
    tree_put("bad.txt", text);
    int code = class_list_read_numbered(&list, "bad.txt", &err);
    assert_error(&err, code, ERR_FORMAT, "bad.txt", why);
    assert_null(list.names);
}

static void test_bad_numbered(void **state)
{
    (void)state;
    expect_bad_numbered("1 A\n3 C\n", "number 2 is missing");
    expect_bad_numbered("1 A\n1 B\n", "number 1 is given twice");
    expect_bad_numbered("1 A\n2 a\n", "given twice");
    expect_bad_numbered("0 A\n", "line 1");
    expect_bad_numbered("1 A\n65535 B\n", "line 2");
    expect_bad_numbered("A 1\n", "line 1: 'A'");
    expect_bad_numbered("1\n", "is empty");
    expect_bad_numbered("1 A\x01\n", "A\\x01");
    expect_bad_numbered("1 \xff\n", "not UTF-8");
    expect_bad_numbered("1 unlabelled\n", "reserved");
    expect_bad_numbered("\n", "no classes");
    expect_bad_numbered("65534 A\n", "number 1 is missing");
    char name[400] = "1 ";
    memset(name + 2, 'x', 256);
    expect_bad_numbered(name, "longer than 255");
    struct error err = ERROR_INIT;
    struct class_list list;
    tree_put_bytes("nul.txt", "1 A\0\n", 5);
    int code = class_list_read_numbered(&list, "nul.txt", &err);
    assert_error(&err, code, ERR_FORMAT, "nul.txt", "NUL");
}

static void test_names_and_words(void **state)
{
    (void)state;
    struct error err = ERROR_INIT;
    struct class_list list;
    tree_put("names.txt", "Zebra\nant\nAnt\n");
    assert_int_equal(class_list_read_names(&list, "names.txt", &err), 0);
    assert_int_equal(list.count, 3); // spelling tells them apart here
    assert_int_equal(class_list_find(&list, "Ant"), 2);
    assert_int_equal(class_list_find(&list, "ant"), 1);
    class_list_free(&list);

    assert_int_equal(class_list_parse(&list, "B,A", "--classes", &err), 0);
    assert_int_equal(list.count, 2);
    assert_string_equal(list.names[0], "B");
    class_list_free(&list);

    static const char *const bad[][2] = {
        {"", "is empty"}, {"A,", "is empty"}, {",A", "is empty"}, {"A,B,A", "'A' is given twice"},
        // The same names stand together only when case is disregarded.
        {"a,A,a", "'a' is given twice"},
    };
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        err = (struct error)ERROR_INIT;
        int code = class_list_parse(&list, bad[i][0], "--classes", &err);
        assert_error(&err, code, ERR_FORMAT, "--classes", bad[i][1]);
    }
}

// The processor time for reading many names, which differ in their letters' case alone,
// or in letters.
static clock_t read_many(bool by_case)
{
    enum { LETTERS = 16, NAMES = 20000 };
    char *text = malloc(NAMES * (LETTERS + 1) + 1);
    assert_non_null(text);
    char *at = text;
    for (int n = 0; n < NAMES; n++) {
        for (int i = 0; i < LETTERS; i++) {
            *at++ = (char)((n >> i & 1 ? by_case ? 'A' : 'b' : 'a') + (by_case ? i : 0));
        }
        *at++ = '\n';
    }
    *at = 0;
    tree_put("names.txt", text);
    free(text);
    struct error err = ERROR_INIT;
    struct class_list list;
    clock_t before = clock();
    assert_int_equal(class_list_read_names(&list, "names.txt", &err), 0);
    clock_t spent = clock() - before;
    assert_int_equal(list.count, NAMES);
    class_list_free(&list);
    return spent;
}

// Spellings of one name are other names, and take no longer: each compared with each
// took five seconds, where others take a twentieth of one.
static void test_many_spellings(void **state)
{
    (void)state;
    clock_t others = read_many(false), spellings = read_many(true);
    assert_true(spellings < 5 * others + 2 * CLOCKS_PER_SEC);
}

static void test_group_names(void **state)
{
    (void)state;
    static const char *const cases[][2] = {
        {"v_Archery_g07_c01.avi", "g07"},
        {"A/B_g1_x/v_Archery_g070_c01.avi", "g070"},
        {"B_g1_x/clip.avi", ""},       // the file's name counts, not the folder's
        {"a_g01_g02_c.avi", "g02"},    // the last one
        {"a_g01_gx_c.avi", "g01"},
        {"a_g01.avi", ""},
        {"a_g_1.avi", ""},
        {"g01_c01.avi", ""},
        {"_g1_", "g1"},
        {"", ""},
        {"_g12345678901234567890123456789_", "g12345678901234567890123456789"},
        // HMDB51
        {"brush_hair/April_09_brush_hair_u_nm_np1_ba_goo_0.avi", "April_09_brush_hair"},
        {"x_catch_f_cm_np12_le_med_10.avi", "x_catch"},
        {"x_catch_q_cm_np1_le_med_1.avi", ""},
        {"x_catch_f_xm_np1_le_med_1.avi", ""},
        {"x_catch_f_cm_np_le_med_1.avi", ""},
        {"x_catch_f_cm_np1_up_med_1.avi", ""},
        {"x_catch_f_cm_np1_le_me_1.avi", ""},
        {"x_catch_f_cm_np1_le_med_x.avi", ""},
        {"f_cm_np1_le_med_1.avi", ""},
        {"_f_cm_np1_le_med_1.avi", ""},
        {"a_g02_f_cm_np1_le_med_1.avi", "g02"}, // UCF101's rule comes first
        // Kinetics
        {"air drumming/-2VKVjgNuE0_000012_000022.mp4", "-2VKVjgNuE0"},
        {"__3a5678901_000012_000022.mp4", "__3a5678901"},
        {"-2VKVjgNuE0_00012_000022.mp4", ""},
        {"-2VKVjgNuE0_000012_00002x.mp4", ""},
        {"-2VKVjgNuE0x000012_000022.mp4", ""},
        {"-2VKVjgNuE0_000012x000022.mp4", ""},
        {"-2VKVj.NuE0_000012_000022.mp4", ""},
        {"-2VKVjgNuE0_0000120_000022.mp4", ""},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char group[GROUP_NAME_SIZE];
        assert_string_equal(group_name_of(cases[i][0], group), cases[i][1]);
    }
    // The longest group that there is, and one that is too long.
    for (int size = GROUP_NAME_SIZE; size <= GROUP_NAME_SIZE + 1; size++) {
        char name[GROUP_NAME_SIZE + 32], group[GROUP_NAME_SIZE];
        snprintf(name, sizeof name, "_g%0*d_", size - 2, 1);
        assert_int_equal(strlen(group_name_of(name, group)),
                         size == GROUP_NAME_SIZE ? GROUP_NAME_SIZE - 1 : 0);
        snprintf(name, sizeof name, "%0*d_f_cm_np1_le_med_1.avi", size - 1, 1);
        assert_int_equal(strlen(group_name_of(name, group)),
                         size == GROUP_NAME_SIZE ? GROUP_NAME_SIZE - 1 : 0);
    }
}

static void test_clip_list(void **state)
{
    (void)state;
    struct error err = ERROR_INIT;
    struct clip_list list;
    struct clip_list_line line;
    tree_put("l", "a b/c.avi\tClass One\r\n\r\nno class.mp4\nempty.mkv\t\n# odd\tA");
    assert_int_equal(clip_list_open(&list, "l", &err), 0);
    assert_int_equal(clip_list_next(&list, &line, &err), 1);
    assert_string_equal(line.path, "a b/c.avi");
    assert_string_equal(line.class_name, "Class One");
    assert_int_equal(line.number, 1);
    assert_int_equal(clip_list_next(&list, &line, &err), 1);
    assert_string_equal(line.path, "no class.mp4");
    assert_string_equal(line.class_name, "");
    assert_int_equal(line.number, 3);
    assert_int_equal(clip_list_next(&list, &line, &err), 1);
    assert_string_equal(line.path, "empty.mkv");
    assert_string_equal(line.class_name, "");
    assert_int_equal(clip_list_next(&list, &line, &err), 1);
    assert_string_equal(line.path, "# odd");
    assert_string_equal(line.class_name, "A");
    assert_int_equal(clip_list_next(&list, &line, &err), 0);
    assert_int_equal(clip_list_next(&list, &line, &err), 0);
    clip_list_close(&list);

    static const char *const bad[][2] = {
        {"a\tb\tc\n", "more than one tab"},
        {"a\n\tb\n", "line 2: no path"},
        {"a\t\x80\n", "not UTF-8"},
        {"a\tunlabelled\n", "reserved"},
    };
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        int code;
        err = (struct error)ERROR_INIT;
        tree_put("l", bad[i][0]);
        assert_int_equal(clip_list_open(&list, "l", &err), 0);
        do {
            code = clip_list_next(&list, &line, &err);
        } while (code > 0);
        assert_error(&err, code, ERR_FORMAT, "l, line", bad[i][1]);
        clip_list_close(&list);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_numbered_in_any_order, tree_enter, tree_leave),
        cmocka_unit_test_setup_teardown(test_bad_numbered, tree_enter, tree_leave),
        cmocka_unit_test_setup_teardown(test_names_and_words, tree_enter, tree_leave),
        cmocka_unit_test_setup_teardown(test_many_spellings, tree_enter, tree_leave),
        cmocka_unit_test(test_group_names),
        cmocka_unit_test_setup_teardown(test_clip_list, tree_enter, tree_leave),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
