#include "formats/ucf101_lists.h"

#include "core/base/text.h"
#include "formats/group_name.h"
#include "formats/list_text.h"
#include "formats/split_fold.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

enum { FILE_LIMIT = 256 << 20, KEY_SIZE = 1024 };

// A fold while its two lists are read.
struct reader {
    struct fold_draft draft;
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

static int find_class(struct reader *reader, const struct class_list *classes, const char *name)
{
    if (!reader->class_name || strcmp(reader->class_name, name) != 0) {
        reader->class_number = class_list_find(classes, name);
        reader->class_name = reader->class_number < 0 ? NULL : classes->names[reader->class_number];
    }
    return reader->class_number;
}

// Understand one line, which is cut up, and add it.
static int add_line(struct reader *reader, const struct class_list *classes, enum pack_part part,
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
    int class_number = find_class(reader, classes, slash ? slash + 1 : line);
    if (class_number < 0) {
        return bad_line(text, line, "classInd.txt has no such class", err);
    }
    if (given && given != class_number + 1) {
        return error_set(err, ERR_FORMAT, "%s, line %zu: class number %d, but classInd.txt has "
                         "%d for '%s'", text->name, text->line, given, class_number + 1,
                         classes->names[class_number]);
    }
    char group[GROUP_NAME_SIZE], key[2 * KEY_SIZE];
    snprintf(key, sizeof key, "%s/%s", classes->names[class_number], file + 1);
    return fold_draft_add(&reader->draft, list_text_lower(key), group_name_of(file + 1, group),
                          (uint16_t)class_number, (uint8_t)part, err);
}

static int read_fold(struct split_fold *ret, int number, const char *const paths[2],
                     const struct class_list *classes, bool check_groups, const char *folder,
                     struct error *err)
{
    static const enum pack_part parts[2] = {PART_TRAIN, PART_TEST};
    struct reader reader = {.class_number = -1};
    struct split_fold *fold = &reader.draft.fold;
    snprintf(fold->name, sizeof fold->name, "ucf101-%d", number);
    int code = 0;
    for (int i = 0; code == 0 && i < 2; i++) {
        struct list_text text = {0};
        char *line;
        code = list_text_open(&text, paths[i], FILE_LIMIT, err);
        while (code == 0 && (line = list_text_next(&text))) {
            code = add_line(&reader, classes, parts[i], &text, line, err);
        }
        list_text_close(&text);
    }
    if (code == 0) {
        code = fold_draft_finish(ret, &reader.draft, classes, check_groups, folder, err);
    }
    fold_draft_free(&reader.draft);
    return code;
}

static int read_folds(struct split_lists *lists, const char *folder, bool check_groups,
                      struct error *err)
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
        const char *const paths[2] = {train, test};
        int code = read_fold(&lists->folds[lists->fold_count], n, paths, &lists->classes,
                             check_groups, folder, err);
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

int ucf101_lists_read(struct split_lists *lists, const char *folder, bool check_groups,
                      struct error *err)
{
    char path[PATH_MAX];
    int length = snprintf(path, sizeof path, "%s/classInd.txt", folder);
    if (length < 0 || length > (int)sizeof path - 32) {
        return error_errno(err, ENAMETOOLONG, "%s", folder);
    }
    int code = class_list_read_numbered(&lists->classes, path, err);
    return code < 0 ? code : read_folds(lists, folder, check_groups, err);
}
