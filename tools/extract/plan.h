#ifndef TOOLS_PLAN_H
#define TOOLS_PLAN_H

#include "core/base/error.h"
#include "formats/class_list.h"
#include "formats/pack.h"
#include "formats/part_list.h"
#include "formats/split_lists.h"
#include "tools/common/group_ratio.h"
#include "tools/common/options.h"
#include "tools/extract/source.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The second step of extract: a numbered slot for every clip. Clips are in row
 * order: by class in data set order (unlabelled ones last), then by path,
 * bytewise. A pure function of the names found and the seed. */

enum { PLAN_SPLITS_MAX = SPLIT_FOLDS_MAX + 1 + OPTION_LIST_MAX };

/* A list of the user's own, and how it and the clips here fit together. */
struct plan_list {
    char *name;             /* of the split */
    struct part_list parts;
    size_t absent;          /* lines that name no clip here: set by the plan */
};

/* How a fold of the official lists and the clips here fit together. */
struct plan_fold {
    const char *name; /* of the split */
    size_t listed[PART_COUNT]; /* clips of the classes here */
    size_t absent[PART_COUNT]; /* of them, not here */
    struct tally unlisted;     /* labelled clips that are in no list */
};

struct plan {
    struct source source;      /* owned; its clips have their labels */
    struct class_list classes; /* of the pack, in order */
    struct pack_split_plan splits[PLAN_SPLITS_MAX];
    int split_count;
    struct plan_fold folds[SPLIT_FOLDS_MAX];
    int fold_count;
    size_t whole;         /* clips of all shards */
    size_t left_out;      /* clips of classes that were not asked for */
    struct group_ratio ratio;
    size_t without_group; /* labelled clips whose group is not known, each
                           * taken for a group of its own */
};

struct plan_options {
    const struct split_lists *lists; /* the official ones; NULL: none */
    const struct class_list *chosen; /* pack these classes only; NULL: all */
    struct plan_list *own;           /* [own_count] */
    int own_count;
    struct group_ratio ratio;        /* of the split "groups"; count 0: 6:2:2 */
    uint64_t seed;                   /* draws it */
    bool force_split;                /* let a split have a group on two sides */
};

/* Make it. The source becomes the plan's in any case, and *source is emptied;
 * free *ret with plan_free(), then the lists. The lists' lines are marked as
 * taken. ERR_VALUE for a class that was asked for and is not there, two clips
 * with one path, a class that the lists do not know, a list of which no line
 * names a clip, two splits with one name, a group on two sides of a split. */
int plan_make(struct plan *ret, struct source *source, const struct plan_options *options,
              struct error *err) MUST_CHECK;

/* Cut the plan down to its number-th (from 1) of `count` runs of clips. ERR_VALUE
 * when there are fewer clips than runs. */
int plan_take_shard(struct plan *plan, int number, int count, struct error *err) MUST_CHECK;

/* A clip for struct pack_plan; `plan` is a struct plan. */
struct pack_clip plan_clip(const void *plan, size_t index);

/* Accepts a zeroed struct. */
void plan_free(struct plan *plan);

#endif
