#include "formats/hmdb51_lists.h"

#include <dirent.h>
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/text.h"
#include "formats/group_name.h"
#include "formats/list_text.h"
#include "formats/split_fold.h"

enum { FILE_LIMIT = 64 << 20, KEY_SIZE = 1024 };

static const char middle[] = "_test_split";
static const char ending[] = ".txt";

size_t hmdb51_list_class(const char *name, int *ret_fold)
{
    size_t length = strlen(name), fixed = strlen(middle) + 1 + strlen(ending);
    if (length <= fixed) {
        return 0;
    }
    const char *tail = name + length - fixed;
    char digit = tail[strlen(middle)];
    if (memcmp(tail, middle, strlen(middle)) != 0 || digit < '1' || digit > '0' + SPLIT_FOLDS_MAX
        || strcmp(tail + strlen(middle) + 1, ending) != 0) {
        return 0;
    }
    *ret_fold = digit - '0';
    return length - fixed;
}

static int compare_names(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

static int add_class(struct class_list *classes, const char *name, size_t length,
                     const char *folder, struct error *err)
{
    for (int i = 0; i < classes->count; i++) {
        if (strlen(classes->names[i]) == length && memcmp(classes->names[i], name, length) == 0) {
            return 0;
        }
    }
    if (classes->count == CLASS_LIST_MAX) {
        return error_set(err, ERR_FORMAT, "%s: lists of more than %d classes", folder,
                         CLASS_LIST_MAX);
    }
    char **names = realloc(classes->names, ((size_t)classes->count + 2) * sizeof *names);
    if (!names) {
        return error_nomem(err, folder);
    }
    classes->names = names;
    names[classes->count] = strndup(name, length);
    if (!names[classes->count]) {
        return error_nomem(err, folder);
    }
    const char *problem = class_name_problem(names[classes->count]);
    names[++classes->count] = NULL;
    if (problem) {
        char shown[512];
        return error_set(err, ERR_FORMAT, "%s/%s: its name's class %s", folder,
                         text_escape(shown, sizeof shown, name), problem);
    }
    return 0;
}

// The classes, and which folds there are.
static int look_around(struct class_list *classes, bool folds[SPLIT_FOLDS_MAX + 1],
                       const char *folder, struct error *err)
{
    DIR *dir = opendir(folder);
    if (!dir) {
        return error_errno(err, errno, "%s", folder);
    }
    const struct dirent *entry;
    int code = 0;
    while (code == 0 && (entry = readdir(dir))) {
        int fold;
        size_t length = hmdb51_list_class(entry->d_name, &fold);
        if (length > 0) {
            folds[fold] = true;
            code = add_class(classes, entry->d_name, length, folder, err);
        }
    }
    closedir(dir);
    if (code == 0 && classes->count > 0) {
        qsort(classes->names, (size_t)classes->count, sizeof *classes->names, compare_names);
    }
    return code;
}

static int add_line(struct fold_draft *draft, const char *class_name, int class_number,
                    const struct list_text *text, char *line, struct error *err)
{
    static const enum pack_part parts[] = {PART_NONE, PART_TRAIN, PART_TEST};
    char shown[256];
    list_text_trim(line);
    char *blank = strrchr(line, ' ');
    int part = -1;
    if (!blank || !text_to_int(blank + 1, 0, 2, &part) || strlen(line) >= KEY_SIZE
        || strchr(line, '/')) {
        return error_set(err, ERR_FORMAT, "%s, line %zu: '%s': FILE PART is needed, PART being 0, "
                         "1 (train) or 2 (test)", text->name, text->line,
                         text_escape(shown, sizeof shown, line));
    }
    *blank = 0;
    list_text_trim(line);
    char group[GROUP_NAME_SIZE], key[2 * KEY_SIZE];
    snprintf(key, sizeof key, "%s/%s", class_name, line);
    return fold_draft_add(draft, list_text_lower(key), group_name_of(line, group),
                          (uint16_t)class_number, (uint8_t)parts[part], err);
}

static int read_fold(struct split_fold *ret, int number, const struct class_list *classes,
                     bool check_groups, const char *folder, struct error *err)
{
    struct fold_draft draft = {.capacity = 0};
    snprintf(draft.fold.name, sizeof draft.fold.name, "hmdb51-%d", number);
    int code = 0;
    for (int i = 0; code == 0 && i < classes->count; i++) {
        char path[PATH_MAX], *line;
        struct list_text text = {0};
        int length = snprintf(path, sizeof path, "%s/%s%s%d%s", folder, classes->names[i], middle,
                              number, ending);
        code = length < 0 || length >= (int)sizeof path
             ? error_errno(err, ENAMETOOLONG, "%s", folder)
             : list_text_open(&text, path, FILE_LIMIT, err);
        while (code == 0 && (line = list_text_next(&text))) {
            code = add_line(&draft, classes->names[i], i, &text, line, err);
        }
        list_text_close(&text);
    }
    if (code == 0) {
        code = fold_draft_finish(ret, &draft, classes, check_groups, folder, err);
    }
    fold_draft_free(&draft);
    return code;
}

int hmdb51_lists_read(struct split_lists *lists, const char *folder, bool check_groups,
                      struct error *err)
{
    bool folds[SPLIT_FOLDS_MAX + 1] = {false};
    int code = look_around(&lists->classes, folds, folder, err);
    for (int n = 1; code == 0 && n <= SPLIT_FOLDS_MAX; n++) {
        if (folds[n]) {
            code = read_fold(&lists->folds[lists->fold_count], n, &lists->classes, check_groups,
                             folder, err);
            lists->fold_count += code == 0;
        }
    }
    return code;
}
