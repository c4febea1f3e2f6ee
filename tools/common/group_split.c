#include "tools/common/group_split.h"

#include "core/base/random.h"

#include <assert.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

// An item with the number that its group drew.
struct drawn {
    uint64_t number;
    uint32_t item;
};

static bool is_alone(const struct group_item *item)
{
    return item->group[0] == 0;
}

static const char *key_of(const struct group_item *item)
{
    return is_alone(item) ? item->name : item->group;
}

static uint64_t draw_number(const struct group_item *item, const char *class_name, uint64_t seed)
{
    // A clip that is called like some group must not share its number.
    uint64_t of_class = random_hash_text(seed, class_name) + is_alone(item);
    return random_hash_text(of_class, key_of(item));
}

static int compare_items(const struct group_item *a, const struct group_item *b)
{
    if (is_alone(a) != is_alone(b)) {
        return is_alone(a) ? 1 : -1;
    }
    return strcmp(key_of(a), key_of(b));
}

// By class, then by the number drawn; items of a group stand together.
static int compare_drawn(const void *left, const void *right, void *context)
{
    const struct drawn *a = left, *b = right;
    const struct group_item *items = context;
    int class_a = items[a->item].class_number, class_b = items[b->item].class_number;
    if (class_a != class_b) {
        return class_a < class_b ? -1 : 1;
    }
    if (a->number != b->number) {
        return a->number < b->number ? -1 : 1;
    }
    return compare_items(&items[a->item], &items[b->item]);
}

// Where each group of a class ends among its drawn items: ends[g] is one past
// its last. Returns the number of groups.
static size_t find_groups(const struct drawn *drawn, size_t count, const struct group_item *items,
                          uint32_t *ends)
{
    size_t groups = 0;
    for (size_t i = 1; i <= count; i++) {
        if (i == count || compare_items(&items[drawn[i - 1].item], &items[drawn[i].item]) != 0) {
            ends[groups++] = (uint32_t)i;
        }
    }
    return groups;
}

// The number of groups at the front of the list that come nearest to
// `share` / `all` of the items.
static size_t nearest_cut(const uint32_t *ends, size_t groups, uint64_t share, uint64_t all)
{
    size_t cut = 0;
    while (cut < groups) {
        uint64_t start = cut ? ends[cut - 1] : 0;
        // The group belongs in front of the cut if its middle does.
        if ((start + ends[cut]) * all >= 2 * share * ends[groups - 1]) {
            break;
        }
        cut++;
    }
    return cut;
}

static void divide_class(const struct drawn *drawn, size_t count, const uint32_t *ends,
                         size_t groups, const struct group_share *shares, int share_count,
                         uint8_t *parts)
{
    uint64_t all = 0, reached = 0;
    for (int s = 0; s < share_count; s++) {
        all += shares[s].share;
    }
    size_t from = 0; // groups given out so far
    for (int s = 0; s < share_count; s++) {
        reached += shares[s].share;
        size_t cut = nearest_cut(ends, groups, reached, all);
        size_t after = (size_t)(share_count - 1 - s); // parts still to be served
        // A group for this part, and one for each after it, as far as they go.
        if (cut + after > groups) {
            cut = groups > after ? groups - after : 0;
        }
        if (cut <= from) {
            cut = from < groups ? from + 1 : groups;
        }
        if (after == 0) {
            cut = groups;
        }
        size_t item = from ? ends[from - 1] : 0;
        size_t end = cut ? ends[cut - 1] : 0;
        for (; item < end && item < count; item++) {
            parts[drawn[item].item] = shares[s].part;
        }
        from = cut;
    }
}

int group_split(const struct group_item *items, size_t count, const char *const *class_names,
                uint64_t seed, const struct group_share *shares, int share_count,
                uint8_t *ret_parts, struct error *err)
{
    assert(share_count > 0);
    if (count > UINT32_MAX) {
        return error_set(err, ERR_VALUE, "%zu clips to divide; at most %u are possible", count,
                         UINT32_MAX);
    }
    struct drawn *drawn = malloc((count ? count : 1) * sizeof *drawn);
    uint32_t *ends = malloc((count ? count : 1) * sizeof *ends);
    if (!drawn || !ends) {
        free(drawn);
        free(ends);
        return error_nomem(err, "dividing the clips");
    }
    size_t used = 0;
    for (size_t i = 0; i < count; i++) {
        ret_parts[i] = GROUP_NO_PART;
        if (items[i].class_number >= 0) {
            const char *class_name = class_names[items[i].class_number];
            drawn[used].item = (uint32_t)i;
            drawn[used++].number = draw_number(&items[i], class_name, seed);
        }
    }
    qsort_r(drawn, used, sizeof *drawn, compare_drawn, (void *)items);
    for (size_t i = 0; i < used;) {
        size_t end = i;
        int class_number = items[drawn[i].item].class_number;
        while (end < used && items[drawn[end].item].class_number == class_number) {
            end++;
        }
        size_t groups = find_groups(&drawn[i], end - i, items, ends);
        divide_class(&drawn[i], end - i, ends, groups, shares, share_count, ret_parts);
        i = end;
    }
    free(drawn);
    free(ends);
    return 0;
}
