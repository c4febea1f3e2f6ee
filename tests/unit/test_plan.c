#include "core/nn/dataset.h"
#include "tools/extract/plan.h"
#include "tree_fixture.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

// A source made of "path:class" texts ("" for no class).
static struct source make_source(const char *const (*clips)[3])
{
    struct error err = ERROR_INIT;
    struct source source = {0};
    uint32_t roots[2];
    assert_int_equal(source_add_root(&source, "", &roots[0], &err), 0);
    assert_int_equal(source_add_root(&source, "disk/", &roots[1], &err), 0);
    for (; (*clips)[0]; clips++) {
        struct source_clip clip = {.path = (*clips)[0], .group = (*clips)[2], .root = roots[0],
                                   .class_id = SOURCE_UNLABELLED};
        if (clip.path[0] == '>') { // from the second root
            clip.path++;
            clip.root = roots[1];
        }
        if ((*clips)[1][0]) {
            assert_int_equal(name_table_add(&source.classes, (*clips)[1], &clip.class_id, &err),
                             0);
        }
        assert_int_equal(source_add_clip(&source, &clip, &err), 0);
    }
    return source;
}

static const char *const some[][3] = {
    {"z.mp4", "", ""},
    {"Throw/b_g01_c2.avi", "Throw", "g01"},
    {"Throw/b_g01_c1.avi", "Throw", "g01"},
    {"Throw/\xc3\xa4.avi", "Throw", ""},
    {"Swim/a.avi", "Swim", ""},
    {"Hammer/a_g02_c1.avi", "Hammer", "g02"},
    {NULL, NULL, NULL},
};

// "label path" of every clip, a line each.
static const char *rows(const struct plan *plan)
{
    static char text[4096];
    size_t used = 0;
    text[0] = 0;
    for (size_t i = 0; i < plan->source.count; i++) {
        struct pack_clip clip = plan_clip(plan, i);
        used += (size_t)snprintf(text + used, sizeof text - used, "%d %s\n",
                                 clip.label == DATASET_UNLABELLED ? -1 : clip.label, clip.path);
    }
    return text;
}

static void expect_failure(const char *const (*clips)[3], const struct plan_options *options,
                           const char *text, const char *other)
{
    struct error err = ERROR_INIT;
    struct plan plan;
    struct source source = make_source(clips);
    assert_error(&err, plan_make(&plan, &source, options, &err), ERR_VALUE, text, other);
    assert_null(source.clips); // it was the plan's to free
}

static struct class_list choose(const char *names)
{
    struct error err = ERROR_INIT;
    struct class_list list;
    assert_int_equal(class_list_parse(&list, names, "--classes", &err), 0);
    return list;
}

static void test_sorted_classes(void **state)
{
    (void)state;
    struct error err = ERROR_INIT;
    struct plan plan;
    struct source source = make_source(some);
    assert_int_equal(plan_make(&plan, &source, &(struct plan_options){.seed = 1}, &err), 0);
    assert_int_equal(plan.classes.count, 3);
    assert_string_equal(rows(&plan),
                        "0 Hammer/a_g02_c1.avi\n"
                        "1 Swim/a.avi\n"
                        "2 Throw/b_g01_c1.avi\n"
                        "2 Throw/b_g01_c2.avi\n"
                        "2 Throw/\xc3\xa4.avi\n"
                        "-1 z.mp4\n");
    assert_int_equal(plan.split_count, 1);
    assert_string_equal(plan.splits[0].name, "groups");
    assert_int_equal(plan.splits[0].parts[2], plan.splits[0].parts[3]); // one group
    assert_int_equal(plan.splits[0].parts[0], PART_TRAIN); // the class's only group
    assert_int_equal(plan.splits[0].parts[5], PART_NONE); // unlabelled
    assert_int_equal(plan.without_group, 2);
    plan_free(&plan);
}

static void test_chosen_classes(void **state)
{
    (void)state;
    struct error err = ERROR_INIT;
    struct plan plan;
    struct source source = make_source(some);
    struct class_list chosen = choose("throw,Hammer");
    const struct plan_options options = {.chosen = &chosen};
    assert_int_equal(plan_make(&plan, &source, &options, &err), 0);
    assert_string_equal(plan.classes.names[0], "Throw"); // the order given, their spelling
    assert_string_equal(plan.classes.names[1], "Hammer");
    assert_int_equal(plan.source.count, 4);
    assert_int_equal(plan.left_out, 2);
    plan_free(&plan);

    class_list_free(&chosen);
    chosen = choose("Trow");
    expect_failure(some, &options, "'Trow'", "did you mean 'Throw'?");
    class_list_free(&chosen);
    chosen = choose("nothing like it");
    expect_failure(some, &options, "'nothing like it'", "among the 3");
    class_list_free(&chosen);
    chosen = choose("Hammer,hammer");
    expect_failure(some, &options, "'Hammer'", "given twice");
    class_list_free(&chosen);
    // The order of a data set that has one stays.
    source = make_source(some);
    source.classes_in_order = true; // Throw, Swim, Hammer
    chosen = choose("Hammer,Throw");
    assert_int_equal(plan_make(&plan, &source, &options, &err), 0);
    assert_string_equal(plan.classes.names[0], "Throw");
    assert_string_equal(plan.classes.names[1], "Hammer");
    plan_free(&plan);
    class_list_free(&chosen);
}

static void test_same_path(void **state)
{
    (void)state;
    static const char *const twice[][3] = {
        {"A/x.avi", "A", ""}, {"A/y.avi", "A", ""}, {"A/x.avi", "B", ""}, {NULL, NULL, NULL}};
    static const char *const two_roots[][3] = {
        {">A/x.avi", "A", ""}, {"A/y.avi", "A", ""}, {"A/x.avi", "A", ""}, {NULL, NULL, NULL}};
    expect_failure(twice, &(struct plan_options){0}, "A/x.avi", "given twice");
    expect_failure(two_roots, &(struct plan_options){0}, "A/x.avi and disk/A/x.avi", "same path");
}

static struct split_lists read_lists(void)
{
    struct error err = ERROR_INIT;
    struct split_lists lists;
    tree_put("l/classInd.txt", "1 Throw\n2 Hammer\n3 Swim\n4 Absent\n");
    tree_put("l/trainlist01.txt", "Throw/b_g01_c1.avi 1\nThrow/b_g01_c2.avi 1\n"
             "Throw/b_g01_c3.avi 1\nAbsent/a_g01_c1.avi 4\n");
    tree_put("l/testlist01.txt", "HAMMER/A_g02_c1.avi\nHammer/a_g02_c2.avi\n");
    assert_int_equal(split_lists_read(&lists, "l", true, &err), 0);
    return lists;
}

static void test_official_lists(void **state)
{
    (void)state;
    struct error err = ERROR_INIT;
    struct plan plan;
    struct split_lists lists = read_lists();
    struct source source = make_source(some);
    assert_int_equal(plan_make(&plan, &source, &(struct plan_options){.lists = &lists}, &err), 0);
    assert_int_equal(plan.classes.count, 4); // present or not
    assert_string_equal(rows(&plan),
                        "0 Throw/b_g01_c1.avi\n"
                        "0 Throw/b_g01_c2.avi\n"
                        "0 Throw/\xc3\xa4.avi\n"
                        "1 Hammer/a_g02_c1.avi\n"
                        "2 Swim/a.avi\n"
                        "-1 z.mp4\n");
    assert_int_equal(plan.split_count, 2);
    assert_string_equal(plan.splits[0].name, "ucf101-1");
    static const uint8_t parts[] = {PART_TRAIN, PART_TRAIN, PART_NONE, PART_TEST, PART_NONE,
                                    PART_NONE};
    assert_memory_equal(plan.splits[0].parts, parts, sizeof parts);
    assert_string_equal(plan.splits[1].name, "groups");
    assert_int_equal(plan.folds[0].listed[PART_TRAIN], 4);
    assert_int_equal(plan.folds[0].absent[PART_TRAIN], 2);
    assert_int_equal(plan.folds[0].listed[PART_TEST], 2);
    assert_int_equal(plan.folds[0].absent[PART_TEST], 1);
    assert_int_equal(plan.folds[0].unlisted.count, 2);
    assert_string_equal(plan.folds[0].unlisted.first, "Throw/\xc3\xa4.avi");
    plan_free(&plan);
    split_lists_free(&lists);

    // With a choice of classes, lines of others are not expected.
    lists = read_lists();
    source = make_source(some);
    struct class_list chosen = choose("Hammer");
    const struct plan_options options = {.lists = &lists, .chosen = &chosen};
    assert_int_equal(plan_make(&plan, &source, &options, &err), 0);
    assert_int_equal(plan.folds[0].listed[PART_TRAIN], 0);
    assert_int_equal(plan.folds[0].listed[PART_TEST], 2);
    assert_int_equal(plan.folds[0].absent[PART_TEST], 1);
    plan_free(&plan);
    class_list_free(&chosen);
    chosen = choose("Absent"); // in classInd.txt, but no clip is
    expect_failure(some, &options, "no clip here", "'Absent'");
    class_list_free(&chosen);
    split_lists_free(&lists);
}

static void test_lists_that_do_not_fit(void **state)
{
    (void)state;
    static const char *const stranger[][3] = {
        {"Throw/b_g01_c1.avi", "Throw", "g01"}, {"Chess/a.avi", "Chess", ""}, {NULL, NULL, NULL}};
    static const char *const spelled_twice[][3] = {
        {"Throw/b_g01_c1.avi", "Throw", "g01"}, {"throw/B_g01_c1.avi", "throw", "g01"},
        {NULL, NULL, NULL}};
    struct split_lists lists = read_lists();
    expect_failure(stranger, &(struct plan_options){.lists = &lists}, "'Chess'",
                   "not in the lists");
    expect_failure(spelled_twice, &(struct plan_options){.lists = &lists},
                   "a second clip for 'throw/b_g01_c1.avi'", "ucf101-1");
    split_lists_free(&lists);
}

static void test_unlabelled_alone(void **state)
{
    (void)state;
    static const char *const mine[][3] = {{"my.mp4", "", ""}, {NULL, NULL, NULL}};
    struct error err = ERROR_INIT;
    struct plan plan;
    struct source source = make_source(mine);
    assert_int_equal(plan_make(&plan, &source, &(struct plan_options){0}, &err), 0);
    assert_int_equal(plan.classes.count, 0);
    assert_int_equal(plan.split_count, 0);
    assert_string_equal(rows(&plan), "-1 my.mp4\n");
    plan_free(&plan);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_sorted_classes),
        cmocka_unit_test(test_chosen_classes),
        cmocka_unit_test(test_same_path),
        cmocka_unit_test_setup_teardown(test_official_lists, tree_enter, tree_leave),
        cmocka_unit_test_setup_teardown(test_lists_that_do_not_fit, tree_enter, tree_leave),
        cmocka_unit_test(test_unlabelled_alone),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
