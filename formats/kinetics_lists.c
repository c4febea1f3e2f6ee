#include "formats/kinetics_lists.h"

#include <dirent.h>
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/text.h"
#include "formats/csv_line.h"
#include "formats/group_name.h"
#include "formats/list_text.h"
#include "formats/split_fold.h"

enum { FILE_LIMIT = 1 << 30, TIME_MAX = 999999, KEY_SIZE = 64 };

enum column { COLUMN_ID, COLUMN_START, COLUMN_END, COLUMN_SPLIT, COLUMN_LABEL, COLUMN_KINDS };

static const char *const column_names[COLUMN_KINDS] = {"youtube_id", "time_start", "time_end",
                                                       "split", "label"};

// Labels while rows are read: numbers in order of appearance.
struct labels {
    char **names;
    int count, capacity;
    int *order; // [count] numbers, by name
};

// A file that is read.
struct table {
    struct list_text text;
    int where[COLUMN_KINDS]; // -1: it has no such column
    int columns;
};

static int bad_row(const struct table *table, const char *needed, struct error *err)
{
    return error_set(err, ERR_FORMAT, "%s, line %zu: %s", table->text.name, table->text.line,
                     needed);
}

static int read_header(struct table *table, struct error *err)
{
    char *fields[CSV_COLUMNS_MAX];
    char *line = list_text_next(&table->text);
    table->columns = line ? csv_line_cut(line, fields) : 0;
    for (int kind = 0; kind < COLUMN_KINDS; kind++) {
        table->where[kind] = -1;
        for (int i = 0; i < table->columns; i++) {
            if (strcmp(fields[i], column_names[kind]) == 0) {
                table->where[kind] = i;
            }
        }
        if (table->where[kind] < 0 && kind != COLUMN_LABEL) {
            return error_set(err, ERR_FORMAT, "%s: its first line must name the columns "
                             "youtube_id, time_start, time_end and split (and may name label)",
                             table->text.name);
        }
    }
    return 0;
}

static enum pack_part parse_part(const char *word)
{
    bool val = strcmp(word, "validate") == 0 || strcmp(word, "validation") == 0;
    return val ? PART_VAL : pack_part_parse(word);
}

// Where `name` is or would be in labels->order.
static int find_label(const struct labels *labels, const char *name)
{
    int low = 0, high = labels->count;
    while (low < high) {
        int middle = low + (high - low) / 2;
        if (strcmp(labels->names[labels->order[middle]], name) < 0) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return low;
}

static int add_label(struct labels *labels, const char *name, int *ret, struct error *err)
{
    int at = find_label(labels, name);
    if (at < labels->count && strcmp(labels->names[labels->order[at]], name) == 0) {
        *ret = labels->order[at];
        return 0;
    }
    if (labels->count == labels->capacity) {
        int capacity = labels->capacity ? 2 * labels->capacity : 1024;
        char **names = realloc(labels->names, ((size_t)capacity + 1) * sizeof *names);
        labels->names = names ? names : labels->names;
        int *order = realloc(labels->order, (size_t)capacity * sizeof *order);
        labels->order = order ? order : labels->order;
        if (!names || !order) {
            return error_nomem(err, "classes");
        }
        labels->capacity = capacity;
    }
    char *copy = strdup(name);
    if (!copy) {
        return error_nomem(err, "classes");
    }
    memmove(labels->order + at + 1, labels->order + at,
            (size_t)(labels->count - at) * sizeof *labels->order);
    labels->order[at] = labels->count;
    labels->names[labels->count] = copy;
    labels->names[labels->count + 1] = NULL;
    *ret = labels->count++;
    return 0;
}

static int read_label(struct labels *labels, const struct table *table, const char *name,
                      uint16_t *ret, struct error *err)
{
    int number = 0;
    if (!name[0]) {
        *ret = SPLIT_NO_CLASS;
        return 0;
    }
    const char *problem = class_name_problem(name);
    if (problem || labels->count == CLASS_LIST_MAX) {
        char shown[256];
        return error_set(err, ERR_FORMAT, "%s, line %zu: the label '%s' %s", table->text.name,
                         table->text.line, text_escape(shown, sizeof shown, name),
                         problem ? problem : "is one too many");
    }
    int code = add_label(labels, name, &number, err);
    *ret = code < 0 ? *ret : (uint16_t)number;
    return code;
}

static int add_row(struct fold_draft *draft, struct labels *labels, const struct table *table,
                   char *line, struct error *err)
{
    char *fields[CSV_COLUMNS_MAX], key[KEY_SIZE], group[GROUP_NAME_SIZE];
    int start, end;
    if (csv_line_cut(line, fields) != table->columns) {
        return bad_row(table, "not as many fields as the first line has", err);
    }
    const int *where = table->where;
    if (!text_to_int(fields[where[COLUMN_START]], 0, TIME_MAX, &start)
        || !text_to_int(fields[where[COLUMN_END]], 0, TIME_MAX, &end)) {
        return bad_row(table, "time_start and time_end must be whole seconds, 0 to 999999", err);
    }
    enum pack_part part = parse_part(fields[where[COLUMN_SPLIT]]);
    if (part == PART_COUNT) {
        return bad_row(table, "split must be train, val (validate, validation), test or none", err);
    }
    int length = snprintf(key, sizeof key, "%s_%06d_%06d", fields[where[COLUMN_ID]], start, end);
    if (length >= (int)sizeof key || !group_name_of(key, group)[0]) {
        return bad_row(table, "youtube_id must be eleven letters, digits, - or _", err);
    }
    uint16_t class_number = SPLIT_NO_CLASS;
    int code = where[COLUMN_LABEL] < 0 ? 0
             : read_label(labels, table, fields[where[COLUMN_LABEL]], &class_number, err);
    return code < 0 ? code
                    : fold_draft_add(draft, key, group, class_number, (uint8_t)part, err);
}

static int read_table(struct fold_draft *draft, struct labels *labels, const char *path,
                      struct error *err)
{
    struct table table = {.columns = 0};
    char *line;
    int code = list_text_open(&table.text, path, FILE_LIMIT, err);
    if (code == 0) {
        code = read_header(&table, err);
    }
    while (code == 0 && (line = list_text_next(&table.text))) {
        code = add_row(draft, labels, &table, line, err);
    }
    list_text_close(&table.text);
    return code;
}

static int is_table(const struct dirent *entry)
{
    size_t length = strlen(entry->d_name);
    return entry->d_name[0] != '.' && length > 4 && strcmp(entry->d_name + length - 4, ".csv") == 0;
}

static int compare_entries(const struct dirent **a, const struct dirent **b)
{
    return strcmp((*a)->d_name, (*b)->d_name);
}

static int read_tables(struct fold_draft *draft, struct labels *labels, const char *folder,
                       struct error *err)
{
    struct dirent **entries;
    int count = scandir(folder, &entries, is_table, compare_entries), code = 0;
    if (count < 0) {
        return error_errno(err, errno, "%s", folder);
    }
    for (int i = 0; i < count; i++) {
        char path[PATH_MAX];
        int length = snprintf(path, sizeof path, "%s/%s", folder, entries[i]->d_name);
        if (code == 0 && (length < 0 || length >= (int)sizeof path)) {
            code = error_errno(err, ENAMETOOLONG, "%s", folder);
        }
        if (code == 0) {
            code = read_table(draft, labels, path, err);
        }
        free(entries[i]);
    }
    free(entries);
    return code;
}

// Number the classes by their names.
static int order_classes(struct class_list *ret, struct labels *labels, struct fold_draft *draft,
                         struct error *err)
{
    size_t count = (size_t)labels->count;
    char **names = calloc(count + 1, sizeof *names);
    uint16_t *place = calloc(count + 1, sizeof *place);
    if (!names || !place) {
        free(names);
        free(place);
        return error_nomem(err, "classes");
    }
    for (size_t i = 0; i < count; i++) {
        names[i] = labels->names[labels->order[i]];
        place[labels->order[i]] = (uint16_t)i;
    }
    for (size_t i = 0; i < draft->fold.count; i++) {
        struct split_line *line = &draft->fold.lines[i];
        if (line->class_number != SPLIT_NO_CLASS) {
            line->class_number = place[line->class_number];
        }
    }
    free(place);
    *ret = (struct class_list){names, labels->count};
    labels->count = 0; // the names are the list's now
    return 0;
}

int kinetics_lists_read(struct split_lists *lists, const char *folder, bool check_groups,
                        struct error *err)
{
    struct fold_draft draft = {.fold = {.name = "kinetics", .by_stem = true}};
    struct labels labels = {.count = 0};
    int code = read_tables(&draft, &labels, folder, err);
    if (code == 0) {
        code = order_classes(&lists->classes, &labels, &draft, err);
    }
    if (code == 0) {
        code = fold_draft_finish(&lists->folds[0], &draft, &lists->classes, check_groups, folder,
                                 err);
        lists->fold_count = code == 0;
    }
    for (int i = 0; i < labels.count; i++) {
        free(labels.names[i]);
    }
    free(labels.names);
    free(labels.order);
    fold_draft_free(&draft);
    return code;
}
