#include "tools/extract/plan_splits.h"

#include "core/base/text.h"
#include "core/nn/dataset.h"
#include "tools/common/group_split.h"

#include <stdlib.h>
#include <string.h>

// Of a class with two groups, one is to be tested on.
static const struct group_share shares[] = {{PART_TRAIN, 6}, {PART_TEST, 2}, {PART_VAL, 2}};
const char plan_groups_text[] = "train 6, test 2, val 2; whole groups of each class";

// A new column, all "none".
static uint8_t *add_split(struct plan *plan, const char *name, struct error *err)
{
    uint8_t *parts = calloc(plan->source.count + 1, sizeof *parts);
    if (!parts) {
        error_nomem(err, name);
        return NULL;
    }
    plan->splits[plan->split_count++] = (struct pack_split_plan){name, parts};
    return parts;
}

static const char *file_name(const struct source_clip *clip)
{
    const char *slash = strrchr(clip->path, '/');
    return slash ? slash + 1 : clip->path;
}

static int listed_twice(const struct source *source, const struct source_clip *clip,
                        const struct split_fold *fold, const struct split_line *line,
                        struct error *err)
{
    char shown[512], key[512];
    return error_set(err, ERR_VALUE, "%s%s is a second clip for '%s' of the list %s; a listed "
                     "clip must be here once", source->roots[clip->root],
                     text_escape(shown, sizeof shown, clip->path),
                     text_escape(key, sizeof key, line->key), fold->name);
}

// The pack's number of a class of the lists, or -1 when it is left out.
static int *map_classes(const struct plan *plan, const struct class_list *all)
{
    int *map = malloc((size_t)all->count * sizeof *map);
    for (int i = 0; map && i < all->count; i++) {
        map[i] = class_list_find(&plan->classes, all->names[i]);
    }
    return map;
}

static void count_absent(struct plan_fold *ret, const struct split_fold *fold, const int *map)
{
    for (size_t i = 0; i < fold->count; i++) {
        const struct split_line *line = &fold->lines[i];
        if (map[line->class_number] < 0) {
            continue; // of a class that was not asked for
        }
        if (line->part == PART_TRAIN) {
            ret->train_listed++;
            ret->train_absent += !line->taken;
        } else {
            ret->test_listed++;
            ret->test_absent += !line->taken;
        }
    }
}

static int add_fold(struct plan *plan, const struct split_fold *fold,
                    const struct class_list *all, struct error *err)
{
    uint8_t *parts = add_split(plan, fold->name, err);
    int *map = map_classes(plan, all);
    if (!parts || !map) {
        free(map);
        return error_nomem(err, fold->name);
    }
    struct plan_fold *counts = &plan->folds[plan->fold_count++];
    counts->name = fold->name;
    int code = 0;
    for (size_t i = 0; code == 0 && i < plan->source.count; i++) {
        const struct source_clip *clip = &plan->source.clips[i];
        if (clip->label == DATASET_UNLABELLED) {
            continue;
        }
        struct split_line *line = split_fold_find(fold, plan->classes.names[clip->label],
                                                  file_name(clip));
        if (!line) {
            code = source_count_in(&plan->source, &counts->unlisted,
                                   plan->source.roots[clip->root], clip->path, err);
        } else if (line->taken) {
            code = listed_twice(&plan->source, clip, fold, line, err);
        } else {
            line->taken = true;
            parts[i] = line->part;
        }
    }
    count_absent(counts, fold, map);
    free(map);
    return code;
}

static int add_tutorial(struct plan *plan, struct error *err)
{
    uint8_t *parts = add_split(plan, "tutorial", err);
    if (!parts) {
        return ERR_NOMEM;
    }
    for (size_t i = 0; i < plan->source.count; i++) {
        parts[i] = plan->source.clips[i].part;
    }
    return 0;
}

static int add_groups(struct plan *plan, uint64_t seed, struct error *err)
{
    uint8_t *parts = add_split(plan, "groups", err);
    size_t count = plan->source.count;
    struct group_item *items = malloc((count + 1) * sizeof *items);
    if (!parts || !items) {
        free(items);
        return error_nomem(err, "groups");
    }
    for (size_t i = 0; i < count; i++) {
        const struct source_clip *clip = &plan->source.clips[i];
        bool labelled = clip->label != DATASET_UNLABELLED;
        items[i] = (struct group_item){labelled ? clip->label : -1, clip->group, clip->path};
        plan->without_group += labelled && !clip->group[0];
    }
    int code = group_split(items, count, (const char *const *)plan->classes.names, seed, shares,
                           sizeof shares / sizeof *shares, parts, err);
    free(items);
    return code;
}

int plan_make_splits(struct plan *plan, const struct plan_options *options, struct error *err)
{
    const struct source *source = &plan->source;
    int code = 0;
    for (int i = 0; code == 0 && options->lists && i < options->lists->fold_count; i++) {
        code = add_fold(plan, &options->lists->folds[i], &options->lists->classes, err);
    }
    bool is_tutorial = source->images > 0;
    if (code == 0 && is_tutorial) {
        code = add_tutorial(plan, err);
    }
    // Clips are in order of their labels: unlabelled ones come last.
    bool labelled = source->count > 0 && source->clips[0].label != DATASET_UNLABELLED;
    if (code == 0 && labelled && !is_tutorial) {
        code = add_groups(plan, options->seed, err);
    }
    return code;
}
