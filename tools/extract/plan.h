#ifndef TOOLS_PLAN_H
#define TOOLS_PLAN_H

#include "core/base/error.h"
#include "formats/class_list.h"
#include "formats/pack.h"
#include "formats/split_lists.h"
#include "tools/extract/source.h"

#include <stddef.h>
#include <stdint.h>

/* The second step of extract: a numbered slot for every clip. Clips are in row
 * order: by class in data set order (unlabelled ones last), then by path,
 * bytewise. A pure function of the names found and the seed. */

enum { PLAN_SPLITS_MAX = SPLIT_FOLDS_MAX + 1 };

/* How a fold of the official lists and the clips here fit together. */
struct plan_fold {
    const char *name; /* of the split */
    size_t train_listed, train_absent;
    size_t test_listed, test_absent;
    struct tally unlisted; /* labelled clips that are in neither list */
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
    size_t without_group; /* labelled clips whose group is not known, each
                           * taken for a group of its own */
};

struct plan_options {
    const struct split_lists *lists; /* the official ones; NULL: none */
    const struct class_list *chosen; /* pack these classes only; NULL: all */
    uint64_t seed;                   /* draws the split "groups" */
};

/* Make it. The source becomes the plan's in any case, and *source is emptied;
 * free *ret with plan_free(), then the lists. The lists' lines are marked as
 * taken. ERR_VALUE for a class that was asked for and is not there, two clips
 * with one path, a class that the lists do not know. */
int plan_make(struct plan *ret, struct source *source, const struct plan_options *options,
              struct error *err) MUST_CHECK;

/* Cut the plan down to its number-th (from 1) of `count` runs of clips. ERR_VALUE
 * when there are fewer clips than runs. */
int plan_take_shard(struct plan *plan, int number, int count, struct error *err) MUST_CHECK;

/* A clip for struct pack_plan; `plan` is a struct plan. */
struct pack_clip plan_clip(const void *plan, size_t index);

/* How the split "groups" divides, for the pack's attributes. */
extern const char plan_groups_text[];

/* Accepts a zeroed struct. */
void plan_free(struct plan *plan);

#endif
