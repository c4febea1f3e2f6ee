#include "formats/split_lists.h"
#include "tree_fixture.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define CLASSES "1 Archery\r\n2 HandstandPushups\r\n"
#define TRAIN                                          \
    "Archery/v_Archery_g08_c01.avi 1\r\n"              \
    "Archery/v_Archery_g08_c02.avi 1\r\n"              \
    "HandStandPushups/v_HandStandPushups_g09_c01.avi 2\r\n"
#define TEST                                           \
    "Archery/v_Archery_g01_c01.avi\r\n"                \
    "HandstandPushups/v_HandStandPushups_g01_c01.avi"

static void put_lists(const char *classes, const char *train, const char *test)
{
    tree_put("lists/classInd.txt", classes);
    tree_put("lists/trainlist02.txt", train);
    tree_put("lists/testlist02.txt", test);
}

static void expect_part(const struct split_fold *fold, const char *class_name, const char *file,
                        int part)
{
    const struct split_line *line = split_fold_find(fold, class_name, file);
    if (part == PART_NONE) {
        assert_null(line);
    } else {
        assert_non_null(line);
        assert_int_equal(line->part, part);
        assert_false(line->taken);
    }
}

static void test_lists(void **state)
{
    (void)state;
    struct error err = ERROR_INIT;
    struct split_lists lists;
    put_lists(CLASSES, TRAIN, TEST);
    assert_int_equal(split_lists_read(&lists, "lists", true, &err), 0);
    assert_int_equal(lists.classes.count, 2);
    assert_int_equal(lists.fold_count, 1);
    const struct split_fold *fold = &lists.folds[0];
    assert_string_equal(fold->name, "ucf101-2");
    assert_int_equal(fold->count, 5);
    expect_part(fold, "Archery", "v_Archery_g08_c01.avi", PART_TRAIN);
    expect_part(fold, "Archery", "v_Archery_g01_c01.avi", PART_TEST);
    expect_part(fold, "Archery", "v_Archery_g01_c02.avi", PART_NONE);
    expect_part(fold, "Archery", "v_Archery_g08_c01", PART_NONE);
    expect_part(fold, "Archer", "v_Archery_g08_c01.avi", PART_NONE);
    // Both spellings, of folder and file.
    expect_part(fold, "HandstandPushups", "v_HandStandPushups_g09_c01.avi", PART_TRAIN);
    expect_part(fold, "HandstandPushups", "v_HandstandPushups_g09_c01.avi", PART_TRAIN);
    expect_part(fold, "HandStandPushups", "v_HandStandPushups_g01_c01.avi", PART_TEST);
    const struct split_line *line = split_fold_find(fold, "HandstandPushups",
                                                    "v_HandStandPushups_g09_c01.avi");
    assert_string_equal(line->group, "g09");
    assert_int_equal(line->class_number, 1);
    char longest[5000];
    memset(longest, 'x', sizeof longest - 1);
    longest[sizeof longest - 1] = 0;
    expect_part(fold, "Archery", longest, PART_NONE);
    split_lists_free(&lists);
}

static void expect_bad(const char *classes, const char *train, const char *test, const char *text,
                       const char *other)
{
    struct error err = ERROR_INIT;
    struct split_lists lists = {.fold_count = -7};
    put_lists(classes, train, test);
    int code = split_lists_read(&lists, "lists", true, &err);
    assert_error(&err, code, ERR_FORMAT, text, other);
    assert_int_equal(lists.fold_count, -7);
}

static void test_bad_lists(void **state)
{
    (void)state;
    expect_bad(CLASSES, TRAIN, TEST "\nArchery/v_Archery_g08_c01.avi\n",
               "'archery/v_archery_g08_c01.avi'", "train list and in the test list");
    expect_bad(CLASSES, TRAIN "Archery/v_archery_G08_c02.avi 1\n", TEST,
               "'archery/v_archery_g08_c02.avi'", "twice");
    expect_bad(CLASSES, TRAIN, TEST "\nArchery/v_Archery_g08_c07.avi\n", "group g08 of Archery",
               "on both sides");
    expect_bad(CLASSES, "Archery/v_Archery_g08_c01.avi 2\n", TEST, "trainlist02.txt, line 1",
               "class number 2");
    expect_bad(CLASSES, "Diving/v_Diving_g08_c01.avi 2\n", TEST, "trainlist02.txt, line 1",
               "no such class");
    expect_bad(CLASSES, "v_Archery_g08_c01.avi 1\n", TEST, "line 1", "CLASS/FILE is needed");
    expect_bad(CLASSES, "Archery/ 1\n", TEST, "line 1", "CLASS/FILE is needed");
    expect_bad(CLASSES, TRAIN, "/x.avi\n", "testlist02.txt, line 1", "CLASS/FILE is needed");
    expect_bad("1 Archery\n3 Diving\n", TRAIN, TEST, "classInd.txt", "number 2 is missing");
}

static void test_same_group_of_other_class_is_no_leak(void **state)
{
    (void)state;
    struct error err = ERROR_INIT;
    struct split_lists lists;
    put_lists(CLASSES, "Archery/a_g01_c1.avi 1\nArchery/nogroup.avi 1\n",
              "HandstandPushups/b_g01_c1.avi\nArchery/neither.avi\n");
    assert_int_equal(split_lists_read(&lists, "lists", true, &err), 0);
    assert_int_equal(lists.folds[0].count, 4);
    split_lists_free(&lists);
}

static void test_missing_files(void **state)
{
    (void)state;
    struct error err = ERROR_INIT;
    struct split_lists lists;
    int code = split_lists_read(&lists, "lists", true, &err);
    assert_error(&err, code, ERR_IO, "lists", "No such file");
    tree_put("lists/notes.txt", "nothing that says whose lists these are");
    err = (struct error)ERROR_INIT;
    code = split_lists_read(&lists, "lists", true, &err);
    assert_error(&err, code, ERR_FORMAT, "lists: no split lists: UCF101's are classInd.txt",
                 "Kinetics' train.csv");
    tree_put("lists/trainlist03.txt", TRAIN);
    err = (struct error)ERROR_INIT;
    code = split_lists_read(&lists, "lists", true, &err);
    assert_error(&err, code, ERR_IO, "lists/classInd.txt", "No such file");
    assert_int_equal(remove("lists/trainlist03.txt"), 0);
    tree_put("lists/classInd.txt", CLASSES);
    err = (struct error)ERROR_INIT;
    code = split_lists_read(&lists, "lists", true, &err);
    assert_error(&err, code, ERR_FORMAT, "lists: no lists", "trainlist01.txt");
    tree_put("lists/trainlist03.txt", TRAIN);
    err = (struct error)ERROR_INIT;
    code = split_lists_read(&lists, "lists", true, &err);
    assert_error(&err, code, ERR_FORMAT, "lists/testlist03.txt: missing", "trainlist03.txt");
    // Empty lists are lists.
    tree_put("lists/trainlist03.txt", "");
    tree_put("lists/testlist03.txt", "");
    err = (struct error)ERROR_INIT;
    assert_int_equal(split_lists_read(&lists, "lists", true, &err), 0);
    expect_part(&lists.folds[0], "Archery", "v_Archery_g08_c01.avi", PART_NONE);
    split_lists_free(&lists);
}

static void test_groups_are_looked_at_on_demand(void **state)
{
    (void)state;
    struct error err = ERROR_INIT;
    struct split_lists lists;
    put_lists(CLASSES, TRAIN, TEST "\nArchery/v_Archery_g08_c07.avi\n");
    assert_int_equal(split_lists_read(&lists, "lists", false, &err), 0);
    assert_int_equal(lists.folds[0].count, 6);
    split_lists_free(&lists);
}

#define HMDB(film, number) film "_u_nm_np1_ba_goo_" number ".avi"

static void test_hmdb51_lists(void **state)
{
    (void)state;
    struct error err = ERROR_INIT;
    struct split_lists lists;
    tree_put("lists/wave_test_split1.txt", HMDB("A_wave", "0") " 1 \r\n" HMDB("B_wave", "0") " 2 ");
    tree_put("lists/brush_hair_test_split1.txt", HMDB("C_brush_hair", "0") " 0\n"
             HMDB("C_brush_hair", "1") " 1\n");
    tree_put("lists/wave_test_split3.txt", HMDB("A_wave", "0") " 2\n");
    tree_put("lists/brush_hair_test_split3.txt", "");
    tree_put("lists/readme_split1.txt", "not a list");
    assert_int_equal(split_lists_read(&lists, "lists", true, &err), 0);
    assert_int_equal(lists.classes.count, 2);
    assert_string_equal(lists.classes.names[0], "brush_hair");
    assert_string_equal(lists.classes.names[1], "wave");
    assert_int_equal(lists.fold_count, 2);
    assert_string_equal(lists.folds[0].name, "hmdb51-1");
    assert_string_equal(lists.folds[1].name, "hmdb51-3");
    const struct split_fold *fold = &lists.folds[0];
    expect_part(fold, "wave", HMDB("A_wave", "0"), PART_TRAIN);
    expect_part(fold, "wave", HMDB("B_wave", "0"), PART_TEST);
    expect_part(fold, "brush_hair", HMDB("C_brush_hair", "1"), PART_TRAIN);
    const struct split_line *left = split_fold_find(fold, "brush_hair", HMDB("C_brush_hair", "0"));
    assert_non_null(left);
    assert_int_equal(left->part, PART_NONE);
    assert_string_equal(left->group, "C_brush_hair");
    expect_part(&lists.folds[1], "wave", HMDB("A_wave", "0"), PART_TEST);
    expect_part(&lists.folds[1], "wave", HMDB("B_wave", "0"), PART_NONE);
    split_lists_free(&lists);
}

static void test_bad_hmdb51_lists(void **state)
{
    (void)state;
    static const char *const bad[][3] = {
        {"a.avi\n", "wave_test_split1.txt, line 1: 'a.avi'", "FILE PART is needed"},
        {"a.avi 3\n", "line 1", "0, 1 (train) or 2 (test)"},
        {"x/a.avi 1\n", "line 1", "FILE PART is needed"},
        {"a.avi 1\nA.avi 2\n", "'wave/a.avi'", "train list and in the test list"},
        {HMDB("A_wave", "0") " 1\n" HMDB("A_wave", "1") " 2\n", "group A_wave of wave",
         "on both sides"},
    };
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        struct error err = ERROR_INIT;
        struct split_lists lists;
        tree_put("lists/wave_test_split1.txt", bad[i][0]);
        int code = split_lists_read(&lists, "lists", true, &err);
        assert_error(&err, code, ERR_FORMAT, bad[i][1], bad[i][2]);
    }
    // A fold has a list of every class.
    struct error err = ERROR_INIT;
    struct split_lists lists;
    tree_put("lists/wave_test_split1.txt", "a.avi 1\n");
    tree_put("lists/wave_test_split2.txt", "a.avi 1\n");
    tree_put("lists/walk_test_split2.txt", "a.avi 1\n");
    int code = split_lists_read(&lists, "lists", true, &err);
    assert_error(&err, code, ERR_IO, "lists/walk_test_split1.txt", "No such file");
}

#define KINETICS_HEADER "label,youtube_id,time_start,time_end,split\n"

static void test_kinetics_lists(void **state)
{
    (void)state;
    struct error err = ERROR_INIT;
    struct split_lists lists;
    tree_put("lists/train.csv", KINETICS_HEADER
             "\"wave, \"\"big\"\"\",-2VKVjgNuE0,12,22,train\n"
             "air drumming,abcdefghijk,0,10,train\n");
    tree_put("lists/validate.csv", "split,youtube_id,time_start,time_end,is_cc,label\n"
             "validate,ABCDEFGHIJK,100,110,0,air drumming\n");
    tree_put("lists/test.csv", "youtube_id,time_start,time_end,split\nabcdefghijK,7,17,test\n");
    tree_put("lists/notes.txt", "no list");
    assert_int_equal(split_lists_read(&lists, "lists", true, &err), 0);
    assert_int_equal(lists.classes.count, 2);
    assert_string_equal(lists.classes.names[0], "air drumming");
    assert_string_equal(lists.classes.names[1], "wave, \"big\"");
    assert_null(lists.classes.names[2]);
    assert_int_equal(lists.fold_count, 1);
    const struct split_fold *fold = &lists.folds[0];
    assert_string_equal(fold->name, "kinetics");
    expect_part(fold, NULL, "-2VKVjgNuE0_000012_000022.mp4", PART_TRAIN);
    expect_part(fold, "any", "abcdefghijk_000000_000010.webm", PART_TRAIN);
    expect_part(fold, NULL, "ABCDEFGHIJK_000100_000110", PART_VAL);
    expect_part(fold, NULL, "abcdefghijK_000007_000017.mp4", PART_TEST);
    expect_part(fold, NULL, "abcdefghijk_000000_000011.mp4", PART_NONE);
    const struct split_line *line = split_fold_find(fold, NULL, "-2VKVjgNuE0_000012_000022.mp4");
    assert_int_equal(line->class_number, 1);
    assert_string_equal(line->group, "-2VKVjgNuE0");
    line = split_fold_find(fold, NULL, "abcdefghijK_000007_000017.mp4");
    assert_int_equal(line->class_number, SPLIT_NO_CLASS);
    split_lists_free(&lists);
}

static void test_bad_kinetics_lists(void **state)
{
    (void)state;
    static const char *const bad[][3] = {
        {"label,youtube_id,time_start,split\n", "train.csv", "youtube_id, time_start, time_end"},
        {"", "train.csv", "its first line must name"},
        {KINETICS_HEADER "a,abcdefghijk,0,10\n", "train.csv, line 2", "as the first line has"},
        {KINETICS_HEADER "a,abcdefghijk,0.5,10,train\n", "line 2", "whole seconds"},
        {KINETICS_HEADER "a,abcdefghijk,0,1000000,train\n", "line 2", "whole seconds"},
        {KINETICS_HEADER "a,abcdefghij,0,10,train\n", "line 2", "eleven letters"},
        {KINETICS_HEADER "a,abcdefghij/,0,10,train\n", "line 2", "eleven letters"},
        {KINETICS_HEADER "a,abcdefghijk,0,10,dev\n", "line 2", "split must be train, val"},
        {KINETICS_HEADER "unlabelled,abcdefghijk,0,10,train\n", "the label 'unlabelled'",
         "reserved"},
        {KINETICS_HEADER "a,abcdefghijk,0,10,train\na,abcdefghijk,0,10,val\n",
         "'abcdefghijk_000000_000010'", "train list and in the val list"},
        {KINETICS_HEADER "a,abcdefghijk,0,10,train\na,abcdefghijk,10,20,val\n",
         "group abcdefghijk of a", "on both sides"},
    };
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        struct error err = ERROR_INIT;
        struct split_lists lists;
        tree_put("lists/train.csv", bad[i][0]);
        int code = split_lists_read(&lists, "lists", true, &err);
        assert_error(&err, code, ERR_FORMAT, bad[i][1], bad[i][2]);
    }
}

static void test_official_lists(void **state)
{
    (void)state;
    const char *data = getenv("TRIPTYCH_TEST_DATA");
    if (!data) {
        skip();
    }
    char folder[4096];
    snprintf(folder, sizeof folder, "%s/ucf101-splits", data);
    struct error err = ERROR_INIT;
    struct split_lists lists;
    assert_int_equal(split_lists_read(&lists, folder, true, &err), 0);
    assert_int_equal(lists.classes.count, 101);
    assert_string_equal(lists.classes.names[34], "Hammering");
    assert_string_equal(lists.classes.names[35], "HammerThrow");
    assert_int_equal(lists.fold_count, 3);
    static const size_t train[] = {9537, 9586, 9624};
    for (int f = 0; f < 3; f++) {
        size_t count = 0;
        for (size_t i = 0; i < lists.folds[f].count; i++) {
            count += lists.folds[f].lines[i].part == PART_TRAIN;
        }
        assert_int_equal(lists.folds[f].count, 13320);
        assert_int_equal(count, train[f]);
    }
    split_lists_free(&lists);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_lists, tree_enter, tree_leave),
        cmocka_unit_test_setup_teardown(test_bad_lists, tree_enter, tree_leave),
        cmocka_unit_test_setup_teardown(test_same_group_of_other_class_is_no_leak, tree_enter,
                                        tree_leave),
        cmocka_unit_test_setup_teardown(test_missing_files, tree_enter, tree_leave),
        cmocka_unit_test_setup_teardown(test_groups_are_looked_at_on_demand, tree_enter,
                                        tree_leave),
        cmocka_unit_test_setup_teardown(test_hmdb51_lists, tree_enter, tree_leave),
        cmocka_unit_test_setup_teardown(test_bad_hmdb51_lists, tree_enter, tree_leave),
        cmocka_unit_test_setup_teardown(test_kinetics_lists, tree_enter, tree_leave),
        cmocka_unit_test_setup_teardown(test_bad_kinetics_lists, tree_enter, tree_leave),
        cmocka_unit_test(test_official_lists),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
