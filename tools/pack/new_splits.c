#include "tools/pack/new_splits.h"

#include "core/base/text.h"
#include "formats/part_list.h"
#include "formats/split_lists.h"

#include <stdlib.h>
#include <string.h>

// The first row of a clip.
static size_t row_of(const struct pack *pack, size_t clip)
{
    return clip * (size_t)pack->samples_per_clip;
}

// The path of a clip as its file system had it, for lists that people made; the
// caller frees it. NULL when out of memory.
static char *path_of(const struct pack *pack, size_t clip)
{
    char *path = strdup(pack_path(pack, row_of(pack, clip)));
    return path ? text_unescape(path) : NULL;
}

static int index_of(const struct new_splits *splits, const char *name)
{
    int i = 0;
    while (i < splits->count && strcmp(splits->splits[i].name, name) != 0) {
        i++;
    }
    return i;
}

// A column by name, all "none": that which the pack has, or a new one.
static uint8_t *add_split(struct new_splits *splits, const char *name, struct error *err)
{
    size_t clips = splits->pack->clips;
    int i = index_of(splits, name);
    if (i < splits->count) {
        if (splits->made[i]) {
            char shown[128];
            error_set(err, ERR_USAGE, "two splits are called '%s': each needs a name of its own",
                      text_escape(shown, sizeof shown, name));
            return NULL;
        }
        uint8_t *parts = (uint8_t *)splits->splits[i].parts;
        memset(parts, PART_NONE, clips);
        splits->made[i] = true;
        return parts;
    }
    if (splits->count == NEW_SPLITS_MAX) {
        error_set(err, ERR_VALUE, "more than %d splits", NEW_SPLITS_MAX);
        return NULL;
    }
    char *copy = strdup(name);
    uint8_t *parts = calloc(clips + 1, sizeof *parts);
    if (!copy || !parts) {
        free(copy);
        free(parts);
        error_nomem(err, "splits");
        return NULL;
    }
    splits->made[i] = true;
    splits->splits[splits->count++] = (struct pack_split_plan){copy, parts};
    return parts;
}

bool new_splits_made(const struct new_splits *splits, const char *name)
{
    int i = index_of(splits, name);
    return i < splits->count && splits->made[i];
}

int new_splits_of(struct new_splits *ret, const struct pack *pack, struct error *err)
{
    *ret = (struct new_splits){.pack = pack};
    for (int i = 0; i < pack->split_count; i++) {
        uint8_t *parts = add_split(ret, pack->splits[i].name, err);
        if (!parts) {
            return err->code;
        }
        for (size_t clip = 0; clip < pack->clips; clip++) {
            parts[clip] = pack->splits[i].parts[row_of(pack, clip)];
        }
        ret->made[i] = false;
    }
    return 0;
}

int new_splits_draw(struct new_splits *splits, uint64_t seed, const struct group_share *shares,
                    int share_count, struct error *err)
{
    const struct pack *pack = splits->pack;
    struct group_item *items = calloc(pack->clips + 1, sizeof *items);
    uint8_t *parts = items ? add_split(splits, "groups", err) : NULL;
    if (!parts) {
        free(items);
        return items ? err->code : error_nomem(err, "groups");
    }
    for (size_t clip = 0; clip < pack->clips; clip++) {
        size_t row = row_of(pack, clip);
        uint16_t label = pack->data.labels[row];
        items[clip] = (struct group_item){
            .class_number = label < pack->class_count ? label : -1,
            .group = pack_group(pack, row),
            .name = pack_path(pack, row),
        };
    }
    int code = group_split(items, pack->clips, (const char *const *)pack->classes, seed, shares,
                           share_count, parts, err);
    free(items);
    return code;
}

static int apply_fold(struct new_splits *splits, const struct split_fold *fold, struct error *err)
{
    const struct pack *pack = splits->pack;
    uint8_t *parts = add_split(splits, fold->name, err);
    if (!parts) {
        return err->code;
    }
    for (size_t clip = 0; clip < pack->clips; clip++) {
        size_t row = row_of(pack, clip);
        if (pack->data.labels[row] >= pack->class_count) {
            continue;
        }
        char *path = path_of(pack, clip);
        if (!path) {
            return error_nomem(err, fold->name);
        }
        const char *slash = strrchr(path, '/');
        struct split_line *line = split_fold_find(fold, pack->classes[pack->data.labels[row]],
                                                  slash ? slash + 1 : path);
        free(path);
        if (line && line->taken) {
            char shown[512];
            return error_set(err, ERR_VALUE, "%s is a second clip for '%s' of the list %s; a "
                             "listed clip must be in the pack once",
                             text_clean(shown, sizeof shown, pack_path(pack, row)),
                             line->key, fold->name);
        }
        if (line) {
            line->taken = true;
            parts[clip] = line->part;
        }
    }
    return 0;
}

int new_splits_official(struct new_splits *splits, const char *folder, bool check_groups,
                        struct error *err)
{
    struct split_lists lists = {0};
    int code = split_lists_read(&lists, folder, check_groups, err);
    for (int i = 0; code == 0 && i < lists.fold_count; i++) {
        code = apply_fold(splits, &lists.folds[i], err);
    }
    split_lists_free(&lists);
    return code;
}

int new_splits_listed(struct new_splits *splits, const char *name, const char *file,
                      size_t *ret_absent, struct error *err)
{
    const struct pack *pack = splits->pack;
    struct part_list list = {0};
    int code = part_list_read(&list, file, err);
    uint8_t *parts = code == 0 ? add_split(splits, name, err) : NULL;
    if (!parts) {
        part_list_free(&list);
        return code < 0 ? code : err->code;
    }
    size_t found = 0;
    for (size_t clip = 0; clip < pack->clips; clip++) {
        char *path = path_of(pack, clip);
        if (!path) {
            part_list_free(&list);
            return error_nomem(err, name);
        }
        struct part_line *line = part_list_find(&list, path);
        free(path);
        if (line) {
            parts[clip] = line->part;
            found += !line->taken;
            line->taken = true;
        }
    }
    *ret_absent = list.count - found;
    if (found == 0) {
        char shown[256], first[256];
        code = error_set(err, ERR_VALUE, "%s: none of its %zu paths is in %s: the first is '%s', "
                         "the pack's first '%s'", file, list.count, pack->path,
                         text_escape(shown, sizeof shown, list.lines[0].path),
                         text_clean(first, sizeof first, pack_path(pack, 0)));
    }
    part_list_free(&list);
    return code;
}

// Clips by class, then group, then path.
static int compare_groups(const void *left, const void *right, void *context)
{
    const struct pack *pack = context;
    size_t a = row_of(pack, *(const uint32_t *)left), b = row_of(pack, *(const uint32_t *)right);
    if (pack->data.labels[a] != pack->data.labels[b]) {
        return pack->data.labels[a] < pack->data.labels[b] ? -1 : 1;
    }
    int order = strcmp(pack_group(pack, a), pack_group(pack, b));
    return order ? order : a < b ? -1 : a > b;
}

static bool same_group(const struct pack *pack, size_t a, size_t b)
{
    return pack->data.labels[a] == pack->data.labels[b]
        && strcmp(pack_group(pack, a), pack_group(pack, b)) == 0;
}

static int check_split(const struct pack *pack, const struct pack_split_plan *split,
                       const uint32_t *order, struct error *err)
{
    size_t first = SIZE_MAX; // a clip of the group at hand that is in some part
    for (size_t i = 0; i < pack->clips; i++) {
        size_t clip = order[i], row = row_of(pack, clip);
        if (first != SIZE_MAX && !same_group(pack, row_of(pack, first), row)) {
            first = SIZE_MAX;
        }
        if (split->parts[clip] == PART_NONE || !pack_group(pack, row)[0]) {
            continue;
        }
        if (first == SIZE_MAX) {
            first = clip;
        } else if (split->parts[clip] != split->parts[first]) {
            uint16_t label = pack->data.labels[row];
            return error_set(err, ERR_VALUE, "split %s: group %s of %s is on two sides: %s in %s, "
                             "%s in %s (--force-split allows it)", split->name,
                             pack_group(pack, row),
                             label < pack->class_count ? pack->classes[label] : "no class",
                             pack_path(pack, row_of(pack, first)),
                             pack_part_name((enum pack_part)split->parts[first]),
                             pack_path(pack, row),
                             pack_part_name((enum pack_part)split->parts[clip]));
        }
    }
    return 0;
}

int new_splits_check_groups(const struct new_splits *splits, struct error *err)
{
    const struct pack *pack = splits->pack;
    uint32_t *order = malloc((pack->clips + 1) * sizeof *order);
    if (!order) {
        return error_nomem(err, "groups");
    }
    for (size_t i = 0; i < pack->clips; i++) {
        order[i] = (uint32_t)i;
    }
    qsort_r(order, pack->clips, sizeof *order, compare_groups, (void *)pack);
    int code = 0;
    for (int i = 0; code == 0 && i < splits->count; i++) {
        code = check_split(pack, &splits->splits[i], order, err);
    }
    free(order);
    return code;
}

void new_splits_free(struct new_splits *splits)
{
    for (int i = 0; i < splits->count; i++) {
        free((void *)splits->splits[i].name);
        free((void *)splits->splits[i].parts);
    }
    splits->count = 0;
}
