#include "tools/extract/plan_check.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/text.h"
#include "core/nn/dataset.h"

static int compare(const struct source_clip *a, const struct source_clip *b)
{
    if (a->label != b->label) {
        return a->label < b->label ? -1 : 1;
    }
    return strcmp(a->group, b->group);
}

// Numbers of clips: by class, then group, then row.
static int compare_numbers(const void *left, const void *right, void *context)
{
    const struct source_clip *clips = context;
    uint32_t a = *(const uint32_t *)left, b = *(const uint32_t *)right;
    int order = compare(&clips[a], &clips[b]);
    return order ? order : a < b ? -1 : a > b;
}

static int complain(const struct plan *plan, const struct pack_split_plan *split, uint32_t one,
                    uint32_t other, struct error *err)
{
    const struct source_clip *a = &plan->source.clips[one], *b = &plan->source.clips[other];
    char first[256], second[256], group[256];
    return error_set(err, ERR_VALUE, "split %s: group %s of %s is on two sides: %s in %s, %s in "
                     "%s (--force-split allows it)", split->name,
                     text_escape(group, sizeof group, a->group),
                     a->label == DATASET_UNLABELLED ? "no class" : plan->classes.names[a->label],
                     text_escape(first, sizeof first, a->path),
                     pack_part_name((enum pack_part)split->parts[one]),
                     text_escape(second, sizeof second, b->path),
                     pack_part_name((enum pack_part)split->parts[other]));
}

static int check_split(const struct plan *plan, const struct pack_split_plan *split,
                       const uint32_t *order, size_t count, struct error *err)
{
    const struct source_clip *clips = plan->source.clips;
    uint32_t first = UINT32_MAX; // a clip of the group at hand that is in some part
    for (size_t i = 0; i < count; i++) {
        if (first != UINT32_MAX && compare(&clips[first], &clips[order[i]]) != 0) {
            first = UINT32_MAX;
        }
        if (split->parts[order[i]] == PART_NONE) {
            continue;
        }
        if (first == UINT32_MAX) {
            first = order[i];
        } else if (split->parts[order[i]] != split->parts[first]) {
            return complain(plan, split, first, order[i], err);
        }
    }
    return 0;
}

int plan_check_groups(const struct plan *plan, struct error *err)
{
    uint32_t *order = malloc((plan->source.count + 1) * sizeof *order);
    size_t count = 0;
    if (!order) {
        return error_nomem(err, "groups");
    }
    for (size_t i = 0; i < plan->source.count && i < UINT32_MAX; i++) {
        if (plan->source.clips[i].group[0]) {
            order[count++] = (uint32_t)i;
        }
    }
    qsort_r(order, count, sizeof *order, compare_numbers, plan->source.clips);
    int code = 0;
    for (int i = 0; code == 0 && i < plan->split_count; i++) {
        code = check_split(plan, &plan->splits[i], order, count, err);
    }
    free(order);
    return code;
}
