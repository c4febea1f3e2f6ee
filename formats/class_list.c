#include "formats/class_list.h"

#include "core/base/text.h"
#include "formats/list_text.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

enum { FILE_LIMIT = 64 << 20 };

const char *class_name_problem(const char *name)
{
    if (!name[0]) {
        return "is empty";
    }
    if (!text_is_clean(name)) {
        return "is not UTF-8, or holds control characters";
    }
    if (strlen(name) > CLASS_NAME_MAX) {
        return "is longer than 255 bytes";
    }
    if (strcmp(name, "unlabelled") == 0) {
        return "is reserved for clips without a class";
    }
    return NULL;
}

// Names while their numbers are still open.
struct draft {
    struct class_list list;
    int capacity;
};

static int add_name(struct draft *draft, int number, const char *name, const char *where,
                    struct error *err)
{
    char shown[CLASS_NAME_MAX + 1];
    const char *problem = class_name_problem(name);
    if (problem) {
        return error_set(err, ERR_FORMAT, "%s: the class name '%s' %s", where,
                         text_escape(shown, sizeof shown, name), problem);
    }
    if (number < 1 || number > CLASS_LIST_MAX) {
        return error_set(err, ERR_FORMAT, "%s: class number %d; 1 to %d are possible", where,
                         number, CLASS_LIST_MAX);
    }
    if (number >= draft->capacity) {
        int capacity = number < 512 ? 1024 : 2 * number;
        char **names = realloc(draft->list.names, (size_t)capacity * sizeof *names);
        if (!names) {
            return error_nomem(err, where);
        }
        memset(names + draft->capacity, 0,
               (size_t)(capacity - draft->capacity) * sizeof *names);
        draft->list.names = names;
        draft->capacity = capacity;
    }
    if (draft->list.names[number - 1]) {
        return error_set(err, ERR_FORMAT, "%s: class number %d is given twice", where, number);
    }
    draft->list.names[number - 1] = strdup(name);
    if (!draft->list.names[number - 1]) {
        return error_nomem(err, where);
    }
    if (number > draft->list.count) {
        draft->list.count = number;
    }
    return 0;
}

// Spellings of one name stand together, and the same ones side by side.
static int compare_names(const void *a, const void *b)
{
    const char *left = *(char *const *)a, *right = *(char *const *)b;
    int order = strcasecmp(left, right);
    return order ? order : strcmp(left, right);
}

// Check that no number is missing and no name is given twice. `fold`: names
// that differ in case alone are the same, too.
static int check_draft(const struct class_list *list, bool fold, const char *where,
                       struct error *err)
{
    if (list->count == 0) {
        return error_set(err, ERR_FORMAT, "%s: no classes in it", where);
    }
    for (int i = 0; i < list->count; i++) {
        if (!list->names[i]) {
            return error_set(err, ERR_FORMAT, "%s: class number %d is missing (the last is %d)",
                             where, i + 1, list->count);
        }
    }
    char **sorted = malloc((size_t)list->count * sizeof *sorted);
    if (!sorted) {
        return error_nomem(err, where);
    }
    memcpy(sorted, list->names, (size_t)list->count * sizeof *sorted);
    qsort(sorted, (size_t)list->count, sizeof *sorted, compare_names);
    int code = 0;
    for (int i = 1; code == 0 && i < list->count; i++) {
        if ((fold ? strcasecmp : strcmp)(sorted[i - 1], sorted[i]) == 0) {
            code = error_set(err, ERR_FORMAT, "%s: the class '%s' is given twice", where,
                             sorted[i]);
        }
    }
    free(sorted);
    return code;
}

static int finish(struct class_list *ret, struct draft *draft, int code)
{
    if (code < 0) {
        // Numbers may be missing: free every slot, not just up to a gap.
        class_list_free(&draft->list);
        return code;
    }
    assert(draft->list.count < draft->capacity); // room for the NULL behind them
    *ret = draft->list;
    return 0;
}

int class_list_read_numbered(struct class_list *ret, const char *path, struct error *err)
{
    struct list_text text = {0};
    struct draft draft = {{0}, 0};
    int code = list_text_open(&text, path, FILE_LIMIT, err);
    char *line;
    while (code == 0 && (line = list_text_next(&text))) {
        char *name = line + strcspn(line, " \t");
        if (*name) {
            *name++ = 0;
            name += strspn(name, " \t");
        }
        int number;
        if (!text_to_int(line, 1, CLASS_LIST_MAX, &number)) {
            char shown[64];
            code = error_set(err, ERR_FORMAT, "%s, line %zu: '%s': a class number from 1 to %d "
                             "and a name are needed", path, text.line,
                             text_escape(shown, sizeof shown, line), CLASS_LIST_MAX);
        } else {
            code = add_name(&draft, number, list_text_trim(name), path, err);
        }
    }
    list_text_close(&text);
    if (code == 0) {
        code = check_draft(&draft.list, true, path, err);
    }
    return finish(ret, &draft, code);
}

int class_list_read_names(struct class_list *ret, const char *path, struct error *err)
{
    struct list_text text = {0};
    struct draft draft = {{0}, 0};
    int code = list_text_open(&text, path, FILE_LIMIT, err);
    char *line;
    while (code == 0 && (line = list_text_next(&text))) {
        code = add_name(&draft, draft.list.count + 1, list_text_trim(line), path, err);
    }
    list_text_close(&text);
    if (code == 0) {
        code = check_draft(&draft.list, false, path, err);
    }
    return finish(ret, &draft, code);
}

int class_list_parse(struct class_list *ret, const char *text, const char *what,
                     struct error *err)
{
    char *copy = strdup(text);
    if (!copy) {
        return error_nomem(err, what);
    }
    struct draft draft = {{0}, 0};
    int code = 0;
    char *rest = copy;
    while (code == 0 && rest) {
        char *name = strsep(&rest, ",");
        code = add_name(&draft, draft.list.count + 1, name, what, err);
    }
    free(copy);
    if (code == 0) {
        code = check_draft(&draft.list, false, what, err);
    }
    return finish(ret, &draft, code);
}

// But for the case of ASCII letters, and for blanks written as underscores.
static bool is_respelled(const char *a, const char *b)
{
    for (; *a && *b; a++, b++) {
        bool blanks = (*a == '_' || *a == ' ') && (*b == '_' || *b == ' ');
        if (!blanks && strncasecmp(a, b, 1) != 0) {
            return false;
        }
    }
    return *a == *b;
}

int class_list_find(const struct class_list *list, const char *name)
{
    int folded = -1, respelled = -1;
    for (int i = 0; i < list->count; i++) {
        if (strcmp(list->names[i], name) == 0) {
            return i;
        }
        if (folded < 0 && strcasecmp(list->names[i], name) == 0) {
            folded = i;
        }
        if (respelled < 0 && is_respelled(list->names[i], name)) {
            respelled = i;
        }
    }
    return folded >= 0 ? folded : respelled;
}

void class_list_free(struct class_list *list)
{
    for (int i = 0; i < list->count; i++) {
        free(list->names[i]);
    }
    free(list->names);
    memset(list, 0, sizeof *list);
}
