#include "formats/split_fold.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/text.h"
#include "formats/list_text.h"

enum { KEY_SIZE = 2048 };

// A copy of the text; its offset, which stays when the texts move.
static int keep(struct fold_draft *draft, const char *text, size_t *ret, struct error *err)
{
    size_t size = strlen(text) + 1;
    if (size > draft->room - draft->used) {
        size_t room = 2 * draft->room + size + 65536;
        char *texts = realloc(draft->fold.texts, room);
        if (!texts) {
            return error_nomem(err, "lists of clips");
        }
        draft->fold.texts = texts;
        draft->room = room;
    }
    memcpy(draft->fold.texts + draft->used, text, size);
    *ret = draft->used;
    draft->used += size;
    return 0;
}

int fold_draft_add(struct fold_draft *draft, const char *key, const char *group,
                   uint16_t class_number, uint8_t part, struct error *err)
{
    struct split_fold *fold = &draft->fold;
    struct fold_texts texts = {0, 0};
    if (fold->count == draft->capacity) {
        size_t capacity = draft->capacity ? 2 * draft->capacity : 4096;
        struct split_line *lines = realloc(fold->lines, capacity * sizeof *lines);
        if (!lines) {
            return error_nomem(err, "lists of clips");
        }
        fold->lines = lines;
        struct fold_texts *more = realloc(draft->texts, capacity * sizeof *more);
        if (!more) {
            return error_nomem(err, "lists of clips");
        }
        draft->texts = more;
        draft->capacity = capacity;
    }
    int code = keep(draft, key, &texts.key, err);
    if (code == 0) {
        code = keep(draft, group, &texts.group, err);
    }
    if (code == 0) {
        draft->texts[fold->count] = texts;
        fold->lines[fold->count++] = (struct split_line){.class_number = class_number,
                                                         .part = part};
    }
    return code;
}

static int compare_keys(const void *a, const void *b)
{
    const struct split_line *left = a, *right = b;
    return strcmp(left->key, right->key);
}

// By class, then group: a pointer to each line.
static int compare_groups(const void *a, const void *b)
{
    const struct split_line *left = *(struct split_line *const *)a;
    const struct split_line *right = *(struct split_line *const *)b;
    if (left->class_number != right->class_number) {
        return left->class_number < right->class_number ? -1 : 1;
    }
    int order = strcmp(left->group, right->group);
    return order ? order : strcmp(left->key, right->key);
}

static int check_unique(const struct split_fold *fold, const char *where, struct error *err)
{
    for (size_t i = 1; i < fold->count; i++) {
        const struct split_line *a = &fold->lines[i - 1], *b = &fold->lines[i];
        if (strcmp(a->key, b->key) == 0) {
            char shown[256];
            text_escape(shown, sizeof shown, a->key);
            uint8_t low = a->part < b->part ? a->part : b->part;
            uint8_t high = a->part < b->part ? b->part : a->part;
            return low == high
                ? error_set(err, ERR_FORMAT, "%s: %s: '%s' is in the %s list twice", where,
                            fold->name, shown, pack_part_name(low))
                : error_set(err, ERR_FORMAT, "%s: %s: '%s' is in the %s list and in the %s list",
                            where, fold->name, shown, pack_part_name(low), pack_part_name(high));
        }
    }
    return 0;
}

static int on_both_sides(const struct split_fold *fold, const struct split_line *a,
                         const struct split_line *b, const struct class_list *classes,
                         const char *where, struct error *err)
{
    char one[256], other[256];
    return error_set(err, ERR_FORMAT, "%s: %s: group %s of %s is on both sides: '%s' in %s, '%s' "
                     "in %s", where, fold->name, a->group,
                     a->class_number == SPLIT_NO_CLASS ? "no class"
                     : classes->names[a->class_number],
                     text_escape(one, sizeof one, a->key),
                     pack_part_name((enum pack_part)a->part),
                     text_escape(other, sizeof other, b->key),
                     pack_part_name((enum pack_part)b->part));
}

// No group in two of train, val and test.
static int check_sides(const struct split_fold *fold, const struct class_list *classes,
                       const char *where, struct error *err)
{
    struct split_line **sorted = malloc((fold->count + 1) * sizeof *sorted);
    if (!sorted) {
        return error_nomem(err, where);
    }
    size_t count = 0;
    for (size_t i = 0; i < fold->count; i++) {
        if (fold->lines[i].part != PART_NONE && fold->lines[i].group[0]) {
            sorted[count++] = &fold->lines[i];
        }
    }
    qsort(sorted, count, sizeof *sorted, compare_groups);
    int code = 0;
    for (size_t i = 1; code == 0 && i < count; i++) {
        const struct split_line *a = sorted[i - 1], *b = sorted[i];
        if (a->class_number == b->class_number && strcmp(a->group, b->group) == 0
            && a->part != b->part) {
            code = on_both_sides(fold, a, b, classes, where, err);
        }
    }
    free(sorted);
    return code;
}

int fold_draft_finish(struct split_fold *ret, struct fold_draft *draft,
                      const struct class_list *classes, bool check_groups, const char *where,
                      struct error *err)
{
    struct split_fold *fold = &draft->fold;
    for (size_t i = 0; i < fold->count; i++) {
        fold->lines[i].key = fold->texts + draft->texts[i].key;
        fold->lines[i].group = fold->texts + draft->texts[i].group;
    }
    if (fold->count > 0) {
        qsort(fold->lines, fold->count, sizeof *fold->lines, compare_keys);
    }
    int code = check_unique(fold, where, err);
    if (code == 0 && check_groups) {
        code = check_sides(fold, classes, where, err);
    }
    if (code == 0) {
        *ret = *fold;
        free(draft->texts);
        *draft = (struct fold_draft){.capacity = 0};
    }
    return code;
}

void fold_draft_free(struct fold_draft *draft)
{
    split_fold_free(&draft->fold);
    free(draft->texts);
    *draft = (struct fold_draft){.capacity = 0};
}

struct split_line *split_fold_find(const struct split_fold *fold, const char *class_name,
                                   const char *file_name)
{
    char key[KEY_SIZE];
    const char *dot = strrchr(file_name, '.');
    int length = fold->by_stem
        ? snprintf(key, sizeof key, "%.*s",
                   dot ? (int)(dot - file_name) : (int)strnlen(file_name, sizeof key), file_name)
        : snprintf(key, sizeof key, "%s/%s", class_name, file_name);
    if (length < 0 || length >= (int)sizeof key || fold->count == 0) {
        return NULL;
    }
    if (!fold->by_stem) {
        list_text_lower(key);
    }
    const struct split_line wanted = {.key = key};
    return bsearch(&wanted, fold->lines, fold->count, sizeof *fold->lines, compare_keys);
}

void split_fold_free(struct split_fold *fold)
{
    free(fold->lines);
    free(fold->texts);
    memset(fold, 0, sizeof *fold);
}
