#include "tools/common/group_split.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { TRAIN = 1, VAL = 2, TEST = 3, ITEMS_MAX = 4000 };

static const struct group_share three[] = {{TRAIN, 6}, {TEST, 2}, {VAL, 2}};
static const struct group_share two[] = {{TRAIN, 8}, {VAL, 2}};
static const char *const classes[] = {"Archery", "Diving", "Rowing", "Solo"};

static struct group_item items[ITEMS_MAX];
static char texts[ITEMS_MAX][2][32];
static size_t count;

static void add(int class_number, int group, int clips)
{
    for (int c = 0; c < clips; c++) {
        texts[count][0][0] = 0;
        if (group >= 0) {
            snprintf(texts[count][0], sizeof texts[count][0], "g%02d", group);
        }
        snprintf(texts[count][1], sizeof texts[count][1], "%d/g%d_c%d", class_number, group, c);
        items[count] = (struct group_item){class_number, texts[count][0], texts[count][1]};
        count++;
    }
}

static void split(uint64_t seed, const struct group_share *shares, int n, uint8_t *parts)
{
    struct error err = ERROR_INIT;
    assert_int_equal(group_split(items, count, classes, seed, shares, n, parts, &err), 0);
}

// UCF101-like: 25 groups of 4 to 7 clips in each of three classes.
static void fill(void)
{
    count = 0;
    for (int c = 0; c < 3; c++) {
        for (int g = 1; g <= 25; g++) {
            add(c, g, 4 + (g * 7 + c) % 4);
        }
    }
}

static void count_parts(const uint8_t *parts, int class_number, size_t clips[4])
{
    memset(clips, 0, 4 * sizeof *clips);
    for (size_t i = 0; i < count; i++) {
        if (items[i].class_number == class_number) {
            clips[parts[i]]++;
        }
    }
}

static void test_whole_groups_in_shares(void **state)
{
    (void)state;
    uint8_t parts[ITEMS_MAX];
    fill();
    for (uint64_t seed = 0; seed < 50; seed++) {
        split(seed, three, 3, parts);
        for (size_t i = 1; i < count; i++) {
            if (items[i].class_number == items[i - 1].class_number
                && strcmp(items[i].group, items[i - 1].group) == 0) {
                assert_int_equal(parts[i], parts[i - 1]);
            }
        }
        for (int c = 0; c < 3; c++) {
            size_t clips[4];
            count_parts(parts, c, clips);
            double all = (double)(clips[0] + clips[1] + clips[2] + clips[3]);
            assert_int_equal(clips[0], 0);
            // Each cut is off by half a group (7 clips of about 137) at most.
            assert_true(clips[TRAIN] > 0.6 * all - 4 && clips[TRAIN] < 0.6 * all + 4);
            assert_true(clips[VAL] > 0.2 * all - 8 && clips[VAL] < 0.2 * all + 8);
            assert_true(clips[TEST] > 0.2 * all - 8 && clips[TEST] < 0.2 * all + 8);
        }
    }
}

static void test_order_and_other_classes_do_not_matter(void **state)
{
    (void)state;
    uint8_t parts[ITEMS_MAX], again[ITEMS_MAX];
    fill();
    split(7, three, 3, parts);
    for (size_t i = 0; i < count / 2; i++) {
        struct group_item swap = items[i];
        items[i] = items[count - 1 - i];
        items[count - 1 - i] = swap;
    }
    split(7, three, 3, again);
    for (size_t i = 0; i < count; i++) {
        assert_int_equal(parts[i], again[count - 1 - i]);
    }
    // Diving alone, under another number: the name counts.
    fill();
    size_t first = 0, kept = 0;
    while (items[first].class_number != 1) {
        first++;
    }
    while (items[first + kept].class_number == 1) {
        items[kept] = items[first + kept];
        kept++;
    }
    for (size_t i = 0; i < kept; i++) {
        items[i].class_number = 0;
    }
    static const char *const only[] = {"Diving"};
    struct error err = ERROR_INIT;
    assert_int_equal(group_split(items, kept, only, 7, three, 3, again, &err), 0);
    assert_memory_equal(again, parts + first, kept);
}

static void test_seed_matters(void **state)
{
    (void)state;
    uint8_t parts[ITEMS_MAX], other[ITEMS_MAX];
    fill();
    split(1, three, 3, parts);
    split(2, three, 3, other);
    assert_memory_not_equal(parts, other, count);
    // Groups of the same name in two classes are drawn apart.
    bool same = true;
    for (size_t i = 0; i < count; i++) {
        for (size_t k = 0; k < count; k++) {
            if (items[i].class_number == 0 && items[k].class_number == 1
                && strcmp(items[i].group, items[k].group) == 0) {
                same &= parts[i] == parts[k];
            }
        }
    }
    assert_false(same);
}

// Golden: what a seed draws must not change from version to version.
static void test_drawing_is_fixed(void **state)
{
    (void)state;
    uint8_t parts[ITEMS_MAX];
    char drawn[16] = "";
    count = 0;
    for (int g = 1; g <= 10; g++) {
        add(0, g, 1);
    }
    split(54321, three, 3, parts);
    for (size_t i = 0; i < count; i++) {
        drawn[i] = "-TVE"[parts[i]];
    }
    assert_string_equal(drawn, "TTEVTTTETV");
}

static void test_few_groups(void **state)
{
    (void)state;
    uint8_t parts[ITEMS_MAX];
    size_t clips[4];
    for (uint64_t seed = 0; seed < 200; seed++) {
        // Three groups, one of them nearly everything: a group for each part.
        count = 0;
        add(0, 1, 1);
        add(0, 2, 100);
        add(0, 3, 1);
        // Two: the first two parts. One: the first.
        add(1, 1, 3);
        add(1, 2, 90);
        add(2, 1, 5);
        split(seed, three, 3, parts);
        count_parts(parts, 0, clips);
        assert_true(clips[TRAIN] > 0 && clips[VAL] > 0 && clips[TEST] > 0);
        count_parts(parts, 1, clips);
        assert_true(clips[TRAIN] > 0 && clips[VAL] == 0 && clips[TEST] > 0);
        count_parts(parts, 2, clips);
        assert_int_equal(clips[TRAIN], 5);
        split(seed, two, 2, parts);
        count_parts(parts, 1, clips);
        assert_true(clips[TRAIN] > 0 && clips[VAL] > 0 && clips[TEST] == 0);
    }
}

static void test_unknown_groups_and_no_class(void **state)
{
    (void)state;
    uint8_t parts[ITEMS_MAX];
    size_t clips[4];
    count = 0;
    add(3, -1, 100); // each a group of its own
    add(-1, 5, 10);
    split(3, three, 3, parts);
    count_parts(parts, 3, clips);
    assert_int_equal(clips[TRAIN], 60);
    assert_int_equal(clips[VAL], 20);
    assert_int_equal(clips[TEST], 20);
    count_parts(parts, -1, clips);
    assert_int_equal(clips[GROUP_NO_PART], 10);
    // Clips with one name that have no group are one (rows of one clip), and
    // not the same as a group that is called like them.
    for (size_t i = 0; i < 100; i++) {
        items[i].name = i < 50 ? "g01" : "g02";
    }
    split(3, three, 3, parts);
    for (size_t i = 0; i < 100; i++) {
        assert_int_equal(parts[i], parts[i < 50 ? 0 : 50]);
    }
    bool differ = false;
    for (uint64_t seed = 0; seed < 64; seed++) {
        count = 0;
        add(0, 1, 5);
        items[0].group = "";
        items[0].name = "g01";
        split(seed, two, 2, parts);
        differ |= parts[0] != parts[1];
        assert_int_equal(parts[1], parts[4]);
    }
    assert_true(differ);
    count = 0;
    split(3, three, 3, parts); // nothing to do
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_whole_groups_in_shares),
        cmocka_unit_test(test_order_and_other_classes_do_not_matter),
        cmocka_unit_test(test_seed_matters),
        cmocka_unit_test(test_drawing_is_fixed),
        cmocka_unit_test(test_few_groups),
        cmocka_unit_test(test_unknown_groups_and_no_class),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
