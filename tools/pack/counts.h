#ifndef TOOLS_PACK_COUNTS_H
#define TOOLS_PACK_COUNTS_H

#include "core/base/error.h"
#include "formats/pack.h"

#include <stddef.h>

/* How many samples of each class are in each part of each split. */
struct counts {
    size_t *samples; /* [class_count + 1]; the last for unlabelled ones */
    size_t *parts;   /* [split_count][class_count + 1][PART_COUNT] */
    size_t *totals;  /* [split_count][PART_COUNT] */
    size_t repeated; /* clips */
    size_t failed;
};

int counts_make(struct counts *ret, const struct pack *pack, struct error *err) MUST_CHECK;

/* [PART_COUNT] of class `class_index` (class_count: unlabelled) in a split. */
const size_t *counts_parts(const struct counts *counts, const struct pack *pack, int split,
                           int class_index);

/* Accepts an all-zero one. */
void counts_clear(struct counts *counts);

#endif
