#include "tools/extract/plan_splits.h"

#include "core/base/text.h"
#include "core/nn/dataset.h"
#include "tools/common/group_split.h"

#include <stdlib.h>
#include <string.h>

// A new column, all "none".
static uint8_t *add_split(struct plan *plan, const char *name, struct error *err)
{
    for (int i = 0; i < plan->split_count; i++) {
        if (strcmp(plan->splits[i].name, name) == 0) {
            char shown[80];
            error_set(err, ERR_VALUE, "there is a split called '%s' already: --split needs another "
                      "name", text_escape(shown, sizeof shown, name));
            return NULL;
        }
    }
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
        if (line->class_number != SPLIT_NO_CLASS && map[line->class_number] < 0) {
            continue; // of a class that was not asked for
        }
        ret->listed[line->part]++;
        ret->absent[line->part] += !line->taken;
    }
}

static int add_fold(struct plan *plan, const struct split_fold *fold,
                    const struct class_list *all, struct error *err)
{
    uint8_t *parts = add_split(plan, fold->name, err);
    int *map = map_classes(plan, all);
    if (!parts || !map) {
        free(map);
        return parts ? error_nomem(err, fold->name) : err->code;
    }
    struct plan_fold *counts = &plan->folds[plan->fold_count++];
    counts->name = fold->name;
    int code = 0;
    for (size_t i = 0; code == 0 && i < plan->source.count; i++) {
        const struct source_clip *clip = &plan->source.clips[i];
        bool labelled = clip->label != DATASET_UNLABELLED;
        if (!labelled && !fold->by_stem) {
            continue;
        }
        struct split_line *line = split_fold_find(fold, labelled ? plan->classes.names[clip->label]
                                                                 : NULL, file_name(clip));
        if (!line && !labelled) {
            continue;
        }
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
        return err->code;
    }
    for (size_t i = 0; i < plan->source.count; i++) {
        parts[i] = plan->source.clips[i].part;
    }
    return 0;
}

static int add_own(struct plan *plan, struct plan_list *own, struct error *err)
{
    uint8_t *parts = add_split(plan, own->name, err);
    if (!parts) {
        return err->code;
    }
    size_t found = 0;
    for (size_t i = 0; i < plan->source.count; i++) {
        struct part_line *line = part_list_find(&own->parts, plan->source.clips[i].path);
        if (line) { // paths are unique, so it is its first clip
            parts[i] = line->part;
            found++;
        }
    }
    own->absent = own->parts.count - found;
    if (found == 0 && plan->source.count > 0) {
        char listed[256], here[256];
        return error_set(err, ERR_VALUE, "%s: none of its %zu paths is a clip's: the first is "
                         "'%s', the first clip's '%s'", own->parts.text.name, own->parts.count,
                         text_escape(listed, sizeof listed, own->parts.lines[0].path),
                         text_escape(here, sizeof here, plan->source.clips[0].path));
    }
    return 0;
}

static int add_groups(struct plan *plan, const struct plan_options *options, struct error *err)
{
    uint8_t *parts = add_split(plan, "groups", err);
    size_t count = plan->source.count;
    struct group_item *items = malloc((count + 1) * sizeof *items);
    if (!parts || !items) {
        free(items);
        return parts ? error_nomem(err, "groups") : err->code;
    }
    for (size_t i = 0; i < count; i++) {
        const struct source_clip *clip = &plan->source.clips[i];
        bool labelled = clip->label != DATASET_UNLABELLED;
        items[i] = (struct group_item){labelled ? clip->label : -1, clip->group, clip->path};
        plan->without_group += labelled && !clip->group[0];
    }
    int code = group_split(items, count, (const char *const *)plan->classes.names, options->seed,
                           plan->ratio.shares, plan->ratio.count, parts, err);
    free(items);
    return code;
}

int plan_make_splits(struct plan *plan, const struct plan_options *options, struct error *err)
{
    const struct source *source = &plan->source;
    int code = 0;
    plan->ratio = options->ratio;
    if (plan->ratio.count == 0) {
        code = group_ratio_parse(&plan->ratio, NULL, err);
    }
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
        code = add_groups(plan, options, err);
    }
    for (int i = 0; code == 0 && i < options->own_count; i++) {
        code = add_own(plan, &options->own[i], err);
    }
    return code;
}
