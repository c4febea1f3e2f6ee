#include "tools/extract/plan.h"

#include "core/base/text.h"
#include "core/nn/dataset.h"
#include "tools/extract/listed_classes.h"
#include "tools/extract/plan_check.h"
#include "tools/extract/plan_splits.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

enum { NOT_PACKED = DATASET_UNLABELLED - 1 }; // a label while the plan is made

static int compare_texts(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

// All classes of the data set, in its order. The names stay their owner's;
// the caller frees the array.
static int list_all_classes(struct class_list *ret, const struct plan_options *options,
                            const struct source *source, struct error *err)
{
    const struct name_table *found = &source->classes;
    char **names = options->lists ? options->lists->classes.names : found->names;
    size_t count = options->lists ? (size_t)options->lists->classes.count : found->count;
    if (count > CLASS_LIST_MAX) {
        return error_set(err, ERR_VALUE, "%zu classes; a pack holds at most %d", count,
                         CLASS_LIST_MAX);
    }
    ret->names = calloc(count + 1, sizeof *ret->names);
    if (!ret->names) {
        return error_nomem(err, "classes");
    }
    if (count > 0) {
        memcpy(ret->names, names, count * sizeof *names);
        if (!options->lists && !source->classes_in_order) {
            qsort(ret->names, count, sizeof *ret->names, compare_texts);
        }
    }
    ret->count = (int)count;
    return 0;
}

static int unknown_class(const char *name, const struct class_list *all, struct error *err)
{
    char shown[CLASS_NAME_MAX + 1];
    text_escape(shown, sizeof shown, name);
    const char *near = text_nearest(name, (const char *const *)all->names);
    return near ? error_set(err, ERR_VALUE, "--classes: there is no class '%s'; did you mean "
                            "'%s'?", shown, near)
                : error_set(err, ERR_VALUE, "--classes: there is no class '%s' among the %d here",
                            shown, all->count);
}

// Fill the pack's classes (copies), and for each class of the data set its
// number in the pack or NOT_PACKED.
static int choose_classes(struct plan *plan, uint16_t *labels, const struct class_list *all,
                          const struct plan_options *options, struct error *err)
{
    const struct class_list *chosen = options->chosen;
    bool keep_order = options->lists || plan->source.classes_in_order;
    int count = chosen ? chosen->count : all->count;
    plan->classes.names = calloc((size_t)count + 1, sizeof *plan->classes.names);
    if (!plan->classes.names) {
        return error_nomem(err, "classes");
    }
    for (int i = 0; i < all->count; i++) {
        labels[i] = chosen ? NOT_PACKED : (uint16_t)i;
    }
    for (int i = 0; chosen && i < count; i++) {
        int at = class_list_find(all, chosen->names[i]);
        if (at < 0) {
            return unknown_class(chosen->names[i], all, err);
        }
        if (labels[at] != NOT_PACKED) {
            return error_set(err, ERR_VALUE, "--classes: '%s' is given twice", all->names[at]);
        }
        labels[at] = (uint16_t)i;
    }
    plan->classes.count = count; // also for who frees what there is when a copy fails
    int next = 0;
    for (int i = 0; i < all->count; i++) {
        if (labels[i] == NOT_PACKED) {
            continue;
        }
        if (keep_order) {
            labels[i] = (uint16_t)next++;
        }
        plan->classes.names[labels[i]] = strdup(all->names[i]);
        if (!plan->classes.names[labels[i]]) {
            return error_nomem(err, "classes");
        }
    }
    return 0;
}

// Give every clip its label, and drop those of other classes.
static int label_clips(struct plan *plan, const uint16_t *labels, const struct class_list *all,
                       const struct plan_options *options, struct error *err)
{
    struct source *source = &plan->source;
    uint16_t *label_of = malloc((source->classes.count + 1) * sizeof *label_of);
    if (!label_of) {
        return error_nomem(err, "classes");
    }
    int code = 0;
    for (uint32_t i = 0; i < source->classes.count; i++) {
        int at = class_list_find(all, source->classes.names[i]);
        if (at < 0 && !options->chosen) {
            code = error_set(err, ERR_VALUE, "the class '%s' has clips here, but is not in the "
                             "lists (--classes A,B leaves other classes out)",
                             source->classes.names[i]);
            break;
        }
        label_of[i] = at < 0 ? NOT_PACKED : labels[at];
    }
    size_t kept = 0;
    for (size_t i = 0; code == 0 && i < source->count; i++) {
        struct source_clip *clip = &source->clips[i];
        clip->label = clip->class_id != SOURCE_UNLABELLED ? label_of[clip->class_id]
                    : options->chosen ? NOT_PACKED : DATASET_UNLABELLED;
        if (clip->label != NOT_PACKED) {
            source->clips[kept++] = *clip;
        }
    }
    free(label_of);
    if (code == 0) {
        plan->left_out = source->count - kept;
        source->count = kept;
    }
    return code;
}

static int check_classes_have_clips(const struct plan *plan, struct error *err)
{
    bool *has = calloc((size_t)plan->classes.count + 1, sizeof *has);
    if (!has) {
        return error_nomem(err, "classes");
    }
    for (size_t i = 0; i < plan->source.count; i++) {
        has[plan->source.clips[i].label] = true;
    }
    int code = 0;
    for (int i = 0; code == 0 && i < plan->classes.count; i++) {
        if (!has[i]) {
            code = error_set(err, ERR_VALUE, "--classes: no clip here is of the class '%s'",
                             plan->classes.names[i]);
        }
    }
    free(has);
    return code;
}

static int compare_paths(const void *a, const void *b)
{
    return strcmp(((const struct source_clip *)a)->path, ((const struct source_clip *)b)->path);
}

static int compare_rows(const void *a, const void *b)
{
    const struct source_clip *left = a, *right = b;
    if (left->label != right->label) {
        return left->label < right->label ? -1 : 1;
    }
    return strcmp(left->path, right->path);
}

// Put the clips in row order; no two may have the same path.
static int order_clips(struct source *source, struct error *err)
{
    qsort(source->clips, source->count, sizeof *source->clips, compare_paths);
    for (size_t i = 1; i < source->count; i++) {
        const struct source_clip *a = &source->clips[i - 1], *b = &source->clips[i];
        if (strcmp(a->path, b->path) == 0) {
            const char *first = source->roots[a->root], *second = source->roots[b->root];
            char shown[512];
            text_escape(shown, sizeof shown, a->path);
            if (a->root == b->root || strcmp(first, second) == 0) {
                return error_set(err, ERR_VALUE, "%s%s: given twice", first, shown);
            }
            bool swap = strcmp(first, second) > 0;
            return error_set(err, ERR_VALUE, "%s%s and %s%s would have the same path in the pack; "
                             "give a folder that holds both, or make two packs",
                             swap ? second : first, shown, swap ? first : second, shown);
        }
    }
    qsort(source->clips, source->count, sizeof *source->clips, compare_rows);
    return 0;
}

int plan_make(struct plan *ret, struct source *source, const struct plan_options *options,
              struct error *err)
{
    struct plan plan = {.source = *source};
    struct class_list all = {0};
    memset(source, 0, sizeof *source);
    int code = options->lists ? listed_classes_apply(&plan.source, options->lists, err) : 0;
    code = code < 0 ? code : list_all_classes(&all, options, &plan.source, err);
    uint16_t *labels = calloc((size_t)all.count + 1, sizeof *labels);
    if (code == 0) {
        code = labels ? choose_classes(&plan, labels, &all, options, err)
                      : error_nomem(err, "classes");
    }
    if (code == 0) {
        code = label_clips(&plan, labels, &all, options, err);
    }
    if (code == 0 && options->chosen) {
        code = check_classes_have_clips(&plan, err);
    }
    if (code == 0) {
        code = order_clips(&plan.source, err);
    }
    if (code == 0) {
        code = plan_make_splits(&plan, options, err);
    }
    if (code == 0 && !options->force_split) {
        code = plan_check_groups(&plan, err);
    }
    free(all.names); // the names in it are others'
    free(labels);
    if (code < 0) {
        plan_free(&plan);
        return code;
    }
    plan.whole = plan.source.count;
    *ret = plan;
    return 0;
}

int plan_take_shard(struct plan *plan, int number, int count, struct error *err)
{
    size_t whole = plan->whole, shards = (size_t)count;
    if (whole < shards) {
        return error_set(err, ERR_VALUE, "--shard %d/%d: there are only %zu clips", number, count,
                         whole);
    }
    // Each has `each` clips, and the first `more` have one more.
    size_t each = whole / shards, more = whole % shards, before = (size_t)number - 1;
    size_t first = before * each + (before < more ? before : more);
    size_t clips = each + (before < more);
    memmove(plan->source.clips, plan->source.clips + first, clips * sizeof *plan->source.clips);
    plan->source.count = clips;
    for (int i = 0; i < plan->split_count; i++) {
        uint8_t *parts = (uint8_t *)plan->splits[i].parts;
        memmove(parts, parts + first, clips);
    }
    return 0;
}

struct pack_clip plan_clip(const void *plan, size_t index)
{
    const struct source_clip *clip = &((const struct plan *)plan)->source.clips[index];
    return (struct pack_clip){.path = clip->path, .group = clip->group, .label = clip->label};
}

void plan_free(struct plan *plan)
{
    for (int i = 0; i < plan->split_count; i++) {
        free((void *)plan->splits[i].parts);
    }
    class_list_free(&plan->classes);
    source_free(&plan->source);
    memset(plan, 0, sizeof *plan);
}
