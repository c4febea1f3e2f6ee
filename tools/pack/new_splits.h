#ifndef TOOLS_NEW_SPLITS_H
#define TOOLS_NEW_SPLITS_H

#include "core/base/error.h"
#include "formats/pack.h"
#include "tools/common/group_split.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The splits that a pack is to have, a value per clip. */

enum { NEW_SPLITS_MAX = 200 };

struct new_splits {
    const struct pack *pack; /* whose clips they are about */
    struct pack_split_plan splits[NEW_SPLITS_MAX]; /* names and parts are owned */
    bool made[NEW_SPLITS_MAX]; /* not the pack's own, or not any more */
    int count;
};

/* Is it one that was made, not one that the pack had? */
bool new_splits_made(const struct new_splits *splits, const char *name);

/* Those that the pack has. Free *ret with new_splits_free(), also on failure. */
int new_splits_of(struct new_splits *ret, const struct pack *pack, struct error *err) MUST_CHECK;

/* The next three make splits; ERR_USAGE where one of the name was made already.
 *
 * "groups": whole groups of each class, drawn by the seed. */
int new_splits_draw(struct new_splits *splits, uint64_t seed, const struct group_share *shares,
                    int share_count, struct error *err) MUST_CHECK;

/* The official folds of the lists in a folder (formats/split_lists.h); with
 * check_groups lists that have a group on both sides are refused. */
int new_splits_official(struct new_splits *splits, const char *folder, bool check_groups,
                        struct error *err) MUST_CHECK;

/* NAME from the list in `file` (formats/part_list.h); clips that are not in it
 * are in no part. *ret_absent is the number of lines that name no clip of the
 * pack. ERR_VALUE where none does. */
int new_splits_listed(struct new_splits *splits, const char *name, const char *file,
                      size_t *ret_absent, struct error *err) MUST_CHECK;

/* ERR_VALUE, naming split and group, where clips of one group of one class are
 * in two of train, val and test. */
int new_splits_check_groups(const struct new_splits *splits, struct error *err) MUST_CHECK;

void new_splits_free(struct new_splits *splits);

#endif
