#include "formats/split_lists.h"

#include "core/base/text.h"
#include "formats/group_name.h"
#include "formats/list_text.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { FILE_LIMIT = 256 << 20, KEY_SIZE = 1024 };

// A fold while its two lists are read.
struct draft {
    struct split_fold fold;
    size_t capacity;
    char *end;        // of the texts used so far
    int class_number; // of the line before: lines of a class stand together
    const char *class_name;
};

static int bad_line(const struct list_text *text, const char *line, const char *needed,
                    struct error *err)
{
    char shown[256];
    return error_set(err, ERR_FORMAT, "%s, line %zu: '%s': %s", text->name, text->line,
                     text_escape(shown, sizeof shown, line), needed);
}

static int find_class(struct draft *draft, const struct class_list *classes, const char *name)
{
    if (!draft->class_name || strcmp(draft->class_name, name) != 0) {
        draft->class_number = class_list_find(classes, name);
        draft->class_name = draft->class_number < 0 ? NULL : classes->names[draft->class_number];
    }
    return draft->class_number;
}

static const char *keep(struct draft *draft, const char *text)
{
    char *kept = draft->end;
    draft->end = stpcpy(kept, text) + 1;
    return kept;
}

// Understand one line, which is cut up, and add it.
static int add_line(struct draft *draft, const struct class_list *classes, enum pack_part part,
                    const struct list_text *text, char *line, struct error *err)
{
    list_text_trim(line);
    char *number = strrchr(line, ' ');
    int given = 0;
    if (number && text_to_int(number + 1, 1, CLASS_LIST_MAX, &given)) {
        *number = 0;
        list_text_trim(line);
    }
    char *file = strrchr(line, '/');
    if (!file || file == line || !file[1] || strlen(line) >= KEY_SIZE) {
        return bad_line(text, line, "CLASS/FILE is needed", err);
    }
    *file = 0;
    const char *slash = strrchr(line, '/');
    int class_number = find_class(draft, classes, slash ? slash + 1 : line);
    if (class_number < 0) {
        return bad_line(text, line, "classInd.txt has no such class", err);
    }
    if (given && given != class_number + 1) {
        return error_set(err, ERR_FORMAT, "%s, line %zu: class number %d, but classInd.txt has "
                         "%d for '%s'", text->name, text->line, given, class_number + 1,
                         classes->names[class_number]);
    }
    if (draft->fold.count == draft->capacity) {
        size_t capacity = draft->capacity ? 2 * draft->capacity : 4096;
        struct split_line *lines = realloc(draft->fold.lines, capacity * sizeof *lines);
        if (!lines) {
            return error_nomem(err, text->name);
        }
        draft->fold.lines = lines;
        draft->capacity = capacity;
    }
    // Both texts fit: see read_fold().
    char group[GROUP_NAME_SIZE];
    const char *kept_group = keep(draft, group_name_of(file + 1, group));
    char key[2 * KEY_SIZE];
    snprintf(key, sizeof key, "%s/%s", classes->names[class_number], file + 1);
    draft->fold.lines[draft->fold.count++] = (struct split_line){
        .key = keep(draft, list_text_lower(key)),
        .group = kept_group,
        .class_number = (uint16_t)class_number,
        .part = (uint8_t)part,
    };
    return 0;
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

// No clip twice, and no group on two sides.
static int check_fold(const struct split_fold *fold, const struct class_list *classes,
                      const char *folder, struct error *err)
{
    for (size_t i = 1; i < fold->count; i++) {
        const struct split_line *a = &fold->lines[i - 1], *b = &fold->lines[i];
        if (strcmp(a->key, b->key) == 0) {
            char shown[256];
            text_escape(shown, sizeof shown, a->key);
            return a->part == b->part
                ? error_set(err, ERR_FORMAT, "%s: %s: '%s' is in the %s list twice", folder,
                            fold->name, shown, pack_part_name(a->part))
                : error_set(err, ERR_FORMAT, "%s: %s: '%s' is in the train list and in the "
                            "test list", folder, fold->name, shown);
        }
    }
    struct split_line **sorted = malloc(fold->count * sizeof *sorted);
    if (!sorted) {
        return error_nomem(err, folder);
    }
    for (size_t i = 0; i < fold->count; i++) {
        sorted[i] = &fold->lines[i];
    }
    qsort(sorted, fold->count, sizeof *sorted, compare_groups);
    int code = 0;
    for (size_t i = 1; code == 0 && i < fold->count; i++) {
        const struct split_line *a = sorted[i - 1], *b = sorted[i];
        if (a->group[0] && a->class_number == b->class_number && strcmp(a->group, b->group) == 0
            && a->part != b->part) {
            char one[256], other[256];
            code = error_set(err, ERR_FORMAT, "%s: %s: group %s of %s is on both sides: '%s' in "
                             "%s, '%s' in %s", folder, fold->name, a->group,
                             classes->names[a->class_number],
                             text_escape(one, sizeof one, a->key), pack_part_name(a->part),
                             text_escape(other, sizeof other, b->key), pack_part_name(b->part));
        }
    }
    free(sorted);
    return code;
}

static void free_fold(struct split_fold *fold)
{
    free(fold->lines);
    free(fold->texts);
    memset(fold, 0, sizeof *fold);
}

static int read_fold(struct split_fold *ret, int number, const char *train_path,
                     const char *test_path, const struct class_list *classes, const char *folder,
                     struct error *err)
{
    struct list_text lists[2] = {{0}, {0}};
    struct draft draft = {.class_number = -1};
    const enum pack_part parts[2] = {PART_TRAIN, PART_TEST};
    snprintf(draft.fold.name, sizeof draft.fold.name, "ucf101-%d", number);
    int code = list_text_open(&lists[0], train_path, FILE_LIMIT, err);
    if (code == 0) {
        code = list_text_open(&lists[1], test_path, FILE_LIMIT, err);
    }
    if (code < 0) {
        goto done;
    }
    // A key is as long as its line, for the class has the same length in both
    // spellings; a group is shorter. Each has a NUL.
    size_t room = 2;
    for (int i = 0; i < 2; i++) {
        room += 2 * strlen(lists[i].cursor) + 4;
    }
    draft.end = draft.fold.texts = malloc(room);
    if (!draft.fold.texts) {
        code = error_nomem(err, train_path);
        goto done;
    }
    for (int i = 0; i < 2; i++) {
        char *line;
        while (code == 0 && (line = list_text_next(&lists[i]))) {
            code = add_line(&draft, classes, parts[i], &lists[i], line, err);
        }
    }
    if (code == 0 && draft.fold.count > 0) {
        qsort(draft.fold.lines, draft.fold.count, sizeof *draft.fold.lines, compare_keys);
        code = check_fold(&draft.fold, classes, folder, err);
    }
done:
    list_text_close(&lists[0]);
    list_text_close(&lists[1]);
    if (code < 0) {
        free_fold(&draft.fold);
        return code;
    }
    *ret = draft.fold;
    return 0;
}

static int read_folds(struct split_lists *lists, const char *folder, struct error *err)
{
    for (int n = 1; n <= SPLIT_FOLDS_MAX; n++) {
        char train[PATH_MAX], test[PATH_MAX];
        snprintf(train, sizeof train, "%s/trainlist0%d.txt", folder, n);
        snprintf(test, sizeof test, "%s/testlist0%d.txt", folder, n);
        bool have_train = access(train, F_OK) == 0, have_test = access(test, F_OK) == 0;
        if (!have_train && !have_test) {
            continue;
        }
        if (!have_train || !have_test) {
            return error_set(err, ERR_FORMAT, "%s: missing, while %s is there; a fold has both",
                             have_train ? test : train, have_train ? train : test);
        }
        int code = read_fold(&lists->folds[lists->fold_count], n, train, test, &lists->classes,
                             folder, err);
        if (code < 0) {
            return code;
        }
        lists->fold_count++;
    }
    if (lists->fold_count == 0) {
        return error_set(err, ERR_FORMAT, "%s: no lists; trainlist01.txt and testlist01.txt (or "
                         "another fold's) are needed", folder);
    }
    return 0;
}

int split_lists_read(struct split_lists *ret, const char *folder, struct error *err)
{
    struct split_lists lists = {0};
    char path[PATH_MAX];
    int length = snprintf(path, sizeof path, "%s/classInd.txt", folder);
    if (length < 0 || length > (int)sizeof path - 32) {
        return error_errno(err, ENAMETOOLONG, "%s", folder);
    }
    int code = class_list_read_numbered(&lists.classes, path, err);
    if (code == 0) {
        code = read_folds(&lists, folder, err);
    }
    if (code < 0) {
        split_lists_free(&lists);
        return code;
    }
    *ret = lists;
    return 0;
}

struct split_line *split_fold_find(const struct split_fold *fold, const char *class_name,
                                   const char *file_name)
{
    char key[2 * KEY_SIZE];
    int length = snprintf(key, sizeof key, "%s/%s", class_name, file_name);
    if (length < 0 || length >= (int)sizeof key || fold->count == 0) {
        return NULL;
    }
    list_text_lower(key);
    const struct split_line wanted = {.key = key};
    return bsearch(&wanted, fold->lines, fold->count, sizeof *fold->lines, compare_keys);
}

void split_lists_free(struct split_lists *lists)
{
    for (int i = 0; i < lists->fold_count; i++) {
        free_fold(&lists->folds[i]);
    }
    class_list_free(&lists->classes);
    memset(lists, 0, sizeof *lists);
}
