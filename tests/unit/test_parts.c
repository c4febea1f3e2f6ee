#include "tools/common/parts.h"

#include "tests/unit/learning_fixture.h"
#include "tests/unit/tree_fixture.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static struct pack *write_and_open(const struct learning_pack *plan)
{
    learning_pack_write(plan, "p.h5");
    return learning_pack_open("p.h5");
}

// A pack with splits of these names.
static struct pack *with_splits(const char *first, const char *second)
{
    struct learning_pack plan = learning_pack_defaults();
    plan.splits[0] = first;
    plan.splits[1] = second;
    return write_and_open(&plan);
}

static void assert_split(struct pack *pack, const char *name, const char *expected)
{
    struct error err = ERROR_INIT;
    const struct pack_column *split;
    if (parts_find_split(&split, pack, name, &err) < 0) {
        fail_msg("%s", err.text);
    }
    assert_string_equal(split->name, expected);
    pack_close(&pack);
}

static void refuse_split(struct pack *pack, const char *name, const char *message)
{
    struct error err = ERROR_INIT;
    const struct pack_column *split = NULL;
    int code = parts_find_split(&split, pack, name, &err);
    assert_error(&err, code, ERR_VALUE, "p.h5", message);
    assert_null(split);
    pack_close(&pack);
}

static void test_which_split(void **state)
{
    (void)state;
    assert_split(with_splits("odd", NULL), NULL, "odd");
    assert_split(with_splits("ucf101-1", "groups"), NULL, "groups");
    assert_split(with_splits("groups", "tutorial"), NULL, "tutorial");
    assert_split(with_splits("ucf101-1", "groups"), "ucf101-1", "ucf101-1");
    refuse_split(with_splits("ucf101-1", "ucf101-2"), NULL, "--split: ucf101-1, ucf101-2");
    refuse_split(with_splits("ucf101-1", "groups"), "ucf101-9",
                 "no split 'ucf101-9'; it has: groups, ucf101-1");
    refuse_split(with_splits(NULL, NULL), NULL, "holds no split");
    refuse_split(with_splits(NULL, NULL), "groups", "holds no split");
}

static void test_split_and_part(void **state)
{
    (void)state;
    struct pack *pack = with_splits("ucf101-1", "groups");
    const struct pack_column *split = NULL;
    enum pack_part part = PART_NONE;
    struct error err = ERROR_INIT;
    assert_int_equal(parts_find(&split, &part, pack, "ucf101-1/test", &err), 0);
    assert_string_equal(split->name, "ucf101-1");
    assert_int_equal(part, PART_TEST);
    static const char *const bad[][2] = {
        {"ucf101-1", "NAME/PART is needed"},      {"ucf101-1/", "NAME/PART is needed"},
        {"ucf101-1/none", "NAME/PART is needed"}, {"ucf101-1/Test", "NAME/PART is needed"},
        {"/test", "no split ''"},                 {"other/test", "it has: groups, ucf101-1"},
    };
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        err = (struct error)ERROR_INIT;
        int code = parts_find(&split, &part, pack, bad[i][0], &err);
        assert_error(&err, code, ERR_VALUE, "p.h5", bad[i][1]);
        assert_int_equal(part, PART_TEST);
    }
    pack_close(&pack);
}

static void assert_rows(struct part_rows *rows, const uint32_t *expected, size_t count)
{
    assert_int_equal(rows->count, count);
    if (count > 0) {
        assert_memory_equal(rows->rows, expected, count * sizeof *expected);
    }
    part_rows_clear(rows);
    assert_null(rows->rows);
}

static void test_rows(void **state)
{
    (void)state;
    struct learning_pack plan = learning_pack_defaults();
    plan.samples = 2;
    plan.count = 8;              // of class 0: g01 to g04, two each
    plan.clips[1].failed = true; // rows 2 and 3: in no split, though planned
    plan.clips[2].label = DATASET_UNLABELLED;
    struct pack *pack = write_and_open(&plan);
    const struct pack_column *split = pack_split(pack, "groups");
    struct error err = ERROR_INIT;
    struct part_rows rows;
    size_t left_out;

    assert_int_equal(parts_rows(&rows, pack, split, PART_TRAIN, true, &left_out, &err), 0);
    assert_rows(&rows, (uint32_t[]){0, 1, 6, 7, 8, 9, 10, 11}, 8);
    assert_int_equal(left_out, 2);
    assert_int_equal(parts_rows(&rows, pack, split, PART_TRAIN, false, &left_out, &err), 0);
    assert_rows(&rows, (uint32_t[]){0, 1, 4, 5, 6, 7, 8, 9, 10, 11}, 10);
    assert_int_equal(left_out, 0);
    assert_int_equal(parts_rows(&rows, pack, split, PART_VAL, true, NULL, &err), 0);
    assert_rows(&rows, (uint32_t[]){12, 13, 14, 15}, 4);
    assert_int_equal(parts_rows(&rows, pack, split, PART_TEST, true, NULL, &err), 0);
    assert_rows(&rows, NULL, 0);
    assert_int_equal(parts_rows(&rows, pack, NULL, PART_NONE, false, NULL, &err), 0);
    assert_rows(&rows, (uint32_t[]){0, 1, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15}, 14);
    pack_close(&pack);
}

static size_t count_class(const struct pack *pack, const struct part_rows *rows, int label)
{
    size_t count = 0;
    for (size_t i = 0; i < rows->count; i++) {
        count += pack->data.labels[rows->rows[i]] == label;
    }
    return count;
}

// Whole groups: no (class, group) on both sides, every row on one, ascending.
static void assert_divided(const struct pack *pack, const struct part_rows *all,
                           const struct part_rows *train, const struct part_rows *val)
{
    assert_int_equal(train->count + val->count, all->count);
    size_t t = 0, v = 0;
    for (size_t i = 0; i < all->count; i++) {
        if (t < train->count && train->rows[t] == all->rows[i]) {
            t++;
        } else {
            assert_true(v < val->count && val->rows[v] == all->rows[i]);
            v++;
        }
    }
    for (size_t i = 0; i < train->count; i++) {
        for (size_t k = 0; k < val->count; k++) {
            size_t a = train->rows[i], b = val->rows[k];
            bool same_class = pack->data.labels[a] == pack->data.labels[b];
            assert_false(same_class && strcmp(pack_group(pack, a), pack_group(pack, b)) == 0);
        }
    }
}

static void test_drawn_validation(void **state)
{
    (void)state;
    struct learning_pack plan = learning_pack_defaults();
    struct pack *pack = write_and_open(&plan);
    struct error err = ERROR_INIT;
    struct part_rows all, first = {0};
    assert_int_equal(parts_rows(&all, pack, NULL, PART_NONE, true, NULL, &err), 0);
    int different = 0;
    for (uint64_t seed = 0; seed < 20; seed++) {
        struct part_rows train, val, again_train, again_val;
        assert_int_equal(parts_draw_validation(&train, &val, pack, &all, seed, &err), 0);
        assert_divided(pack, &all, &train, &val);
        for (int label = 0; label < LEARNING_CLASSES; label++) {
            assert_int_equal(count_class(pack, &val, label), 2); // one group of five
        }
        assert_int_equal(parts_draw_validation(&again_train, &again_val, pack, &all, seed, &err),
                         0);
        assert_memory_equal(val.rows, again_val.rows, val.count * sizeof *val.rows);
        different += first.rows && memcmp(first.rows, val.rows, val.count * sizeof *val.rows);
        part_rows_clear(&train);
        part_rows_clear(&again_train);
        part_rows_clear(&again_val);
        part_rows_clear(&first);
        first = val;
    }
    assert_true(different > 10); // the seed does draw
    part_rows_clear(&first);
    part_rows_clear(&all);
    pack_close(&pack);
}

// A class of one group stays in training; clips without a group are their own.
static void test_few_groups(void **state)
{
    (void)state;
    struct learning_pack plan = learning_pack_defaults();
    plan.samples = 3;
    for (size_t i = 0; i < plan.count; i++) {
        if (plan.clips[i].label == 0) {
            snprintf(plan.clips[i].group, sizeof plan.clips[i].group, "only");
        } else if (plan.clips[i].label == 1) {
            plan.clips[i].group[0] = 0;
        }
    }
    struct pack *pack = write_and_open(&plan);
    struct error err = ERROR_INIT;
    struct part_rows all, train, val;
    assert_int_equal(parts_rows(&all, pack, NULL, PART_NONE, true, NULL, &err), 0);
    assert_int_equal(parts_draw_validation(&train, &val, pack, &all, 1, &err), 0);
    assert_int_equal(count_class(pack, &train, 0), 30);
    assert_int_equal(count_class(pack, &val, 0), 0);
    assert_int_equal(count_class(pack, &val, 1), 6); // two clips, whole ones
    assert_int_equal(count_class(pack, &val, 2), 6);
    for (size_t i = 0; i < val.count; i += 3) {
        assert_int_equal(val.rows[i] % 3, 0);
        assert_int_equal(val.rows[i + 2], val.rows[i] + 2);
    }
    part_rows_clear(&all);
    part_rows_clear(&train);
    part_rows_clear(&val);
    pack_close(&pack);
}

// Over the folds every row is validated on once, with all of its group.
static void test_folds(void **state)
{
    (void)state;
    enum { FOLDS = 3 };
    struct learning_pack plan = learning_pack_defaults(); // five groups of two clips a class
    learning_pack_write(&plan, "p.h5");
    struct pack *pack = learning_pack_open("p.h5");
    struct part_rows all, train, val;
    struct error err = ERROR_INIT;
    int held[64] = {0};
    assert_int_equal(parts_rows(&all, pack, NULL, PART_TRAIN, true, NULL, &err), 0);
    for (int fold = 1; fold <= FOLDS; fold++) {
        assert_int_equal(parts_draw_fold(&train, &val, pack, &all, 1, fold, FOLDS, &err), 0);
        assert_int_equal(train.count + val.count, all.count);
        assert_true(val.count >= 3 * 2 && val.count <= 3 * 4);
        for (size_t i = 0; i < val.count; i++) {
            held[val.rows[i]]++;
            for (size_t k = 0; k < train.count; k++) {
                size_t a = val.rows[i], b = train.rows[k];
                bool same_class = pack->data.labels[a] == pack->data.labels[b];
                assert_true(!same_class || strcmp(pack_group(pack, a), pack_group(pack, b)) != 0);
            }
        }
        part_rows_clear(&train);
        part_rows_clear(&val);
    }
    for (size_t i = 0; i < all.count; i++) {
        assert_int_equal(held[all.rows[i]], 1);
    }
    part_rows_clear(&all);
    pack_close(&pack);
}

static void test_two_classes(void **state)
{
    (void)state;
    struct learning_pack plan = learning_pack_defaults();
    struct pack *pack = write_and_open(&plan);
    struct part_rows rows = {.rows = (uint32_t[]){0, 1, 9, 10}};
    static const bool expected[] = {false, false, false, false, true};
    for (size_t count = 0; count <= 4; count++) {
        rows.count = count;
        assert_int_equal(parts_have_two_classes(pack, &rows), expected[count]);
    }
    pack_close(&pack);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_which_split, tree_enter, tree_leave),
        cmocka_unit_test_setup_teardown(test_split_and_part, tree_enter, tree_leave),
        cmocka_unit_test_setup_teardown(test_rows, tree_enter, tree_leave),
        cmocka_unit_test_setup_teardown(test_drawn_validation, tree_enter, tree_leave),
        cmocka_unit_test_setup_teardown(test_few_groups, tree_enter, tree_leave),
        cmocka_unit_test_setup_teardown(test_folds, tree_enter, tree_leave),
        cmocka_unit_test_setup_teardown(test_two_classes, tree_enter, tree_leave),
    };
    return cmocka_run_group_tests_name("parts", tests, NULL, NULL);
}
