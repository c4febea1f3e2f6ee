#include "formats/label_csv.h"

#include "core/base/text.h"
#include "formats/class_list.h"
#include "formats/csv_line.h"
#include "formats/list_text.h"

#include <stdlib.h>
#include <string.h>

enum { FILE_LIMIT = 1 << 30 };

enum column { COLUMN_CLIP, COLUMN_LABEL, COLUMN_CLASS, COLUMN_SOURCE, COLUMN_KINDS };

static const char *const column_names[COLUMN_KINDS] = {"clip", "label", "class", "source"};

static int read_header(struct list_text *text, int where[COLUMN_KINDS], int *ret_fields,
                       struct error *err)
{
    char *fields[CSV_COLUMNS_MAX];
    char *line = list_text_next(text);
    int count = line ? csv_line_cut(line, fields) : 0;
    for (int kind = 0; kind < COLUMN_KINDS; kind++) {
        where[kind] = -1;
        for (int i = 0; i < count; i++) {
            if (strcmp(fields[i], column_names[kind]) == 0) {
                where[kind] = i;
            }
        }
    }
    if (where[COLUMN_CLIP] < 0 || where[COLUMN_LABEL] < 0) {
        return error_set(err, ERR_FORMAT, "%s: its first line must name the columns 'clip' and "
                         "'label' (and may name 'class' and 'source')", text->name);
    }
    *ret_fields = count;
    return 0;
}

static int read_row(struct label_row *ret, const struct list_text *text, char *line,
                    const int where[COLUMN_KINDS], int field_count, struct error *err)
{
    char *fields[CSV_COLUMNS_MAX];
    int count = csv_line_cut(line, fields);
    if (count != field_count) {
        return error_set(err, ERR_FORMAT, "%s, line %zu: %d fields are needed, as in the first "
                         "line", text->name, text->line, field_count);
    }
    char shown[CLASS_NAME_MAX + 1];
    const char *label = fields[where[COLUMN_LABEL]];
    if (!text_to_int(label, 1, CLASS_LIST_MAX, &ret->label)) {
        return error_set(err, ERR_FORMAT, "%s, line %zu: the label '%s'; a number from 1 to %d is "
                         "needed", text->name, text->line, text_escape(shown, sizeof shown, label),
                         CLASS_LIST_MAX);
    }
    ret->clip = fields[where[COLUMN_CLIP]];
    ret->class_name = where[COLUMN_CLASS] < 0 ? "" : fields[where[COLUMN_CLASS]];
    ret->source = where[COLUMN_SOURCE] < 0 ? "" : fields[where[COLUMN_SOURCE]];
    const char *problem = where[COLUMN_CLASS] < 0 ? NULL : class_name_problem(ret->class_name);
    if (problem) {
        return error_set(err, ERR_FORMAT, "%s, line %zu: the class name '%s' %s", text->name,
                         text->line, text_escape(shown, sizeof shown, ret->class_name), problem);
    }
    return 0;
}

static int compare_rows(const void *a, const void *b)
{
    const struct label_row *left = a, *right = b;
    return strcmp(left->clip, right->clip);
}

static int read_rows(struct label_table *table, struct list_text *text, struct error *err)
{
    int where[COLUMN_KINDS], field_count = 0;
    int code = read_header(text, where, &field_count, err);
    size_t capacity = 0;
    char *line;
    while (code == 0 && (line = list_text_next(text))) {
        if (table->count == capacity) {
            capacity = capacity ? 2 * capacity : 4096;
            struct label_row *rows = realloc(table->rows, capacity * sizeof *rows);
            if (!rows) {
                return error_nomem(err, text->name);
            }
            table->rows = rows;
        }
        code = read_row(&table->rows[table->count], text, line, where, field_count, err);
        table->count += code == 0;
    }
    if (code < 0 || table->count == 0) {
        return code;
    }
    qsort(table->rows, table->count, sizeof *table->rows, compare_rows);
    for (size_t i = 1; i < table->count; i++) {
        if (strcmp(table->rows[i - 1].clip, table->rows[i].clip) == 0) {
            char shown[128];
            return error_set(err, ERR_FORMAT, "%s: the clip '%s' stands there twice", text->name,
                             text_escape(shown, sizeof shown, table->rows[i].clip));
        }
    }
    return 0;
}

int label_csv_read(struct label_table *ret, const char *path, struct error *err)
{
    struct list_text text = {0};
    struct label_table table = {0};
    int code = list_text_open(&text, path, FILE_LIMIT, err);
    if (code < 0) {
        return code;
    }
    code = read_rows(&table, &text, err);
    table.text = text.data; // the rows point into it
    if (code < 0) {
        label_table_free(&table);
        return code;
    }
    *ret = table;
    return 0;
}

const struct label_row *label_table_find(const struct label_table *table, const char *clip)
{
    const struct label_row wanted = {.clip = clip};
    return table->count == 0 ? NULL
        : bsearch(&wanted, table->rows, table->count, sizeof wanted, compare_rows);
}

void label_table_free(struct label_table *table)
{
    free(table->rows);
    free(table->text);
    memset(table, 0, sizeof *table);
}
