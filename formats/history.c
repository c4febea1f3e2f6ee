#include "formats/history.h"

#include "core/base/io.h"
#include "core/base/output.h"
#include "core/base/text.h"
#include "formats/csv_field.h"

#include <float.h>
#include <limits.h>
#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

// Readers may rely on the first eleven.
const struct history_column history_columns[] = {
    {"epoch", offsetof(struct history_row, epoch), HISTORY_WHOLE},
    {"lr", offsetof(struct history_row, lr), HISTORY_NUMBER},
    {"train_loss", offsetof(struct history_row, train_loss), HISTORY_NUMBER},
    {"train_accuracy_frame", offsetof(struct history_row, train_accuracy_frame), HISTORY_NUMBER},
    {"train_accuracy_sample", offsetof(struct history_row, train_accuracy_sample), HISTORY_NUMBER},
    {"val_loss", offsetof(struct history_row, val_loss), HISTORY_NUMBER},
    {"val_accuracy_frame", offsetof(struct history_row, val_accuracy_frame), HISTORY_NUMBER},
    {"val_accuracy_sample", offsetof(struct history_row, val_accuracy_sample), HISTORY_NUMBER},
    {"train_seconds", offsetof(struct history_row, train_seconds), HISTORY_SECONDS},
    {"train_frames_per_second", offsetof(struct history_row, train_frames_per_second),
     HISTORY_RATE},
    {"eval_frames_per_second", offsetof(struct history_row, eval_frames_per_second), HISTORY_RATE},
    {"train_eval_loss", offsetof(struct history_row, train_eval_loss), HISTORY_NUMBER},
    {"train_eval_accuracy_frame", offsetof(struct history_row, train_eval_accuracy_frame),
     HISTORY_NUMBER},
    {NULL, 0, HISTORY_NUMBER},
};

enum {
    COLUMN_COUNT = sizeof history_columns / sizeof history_columns[0] - 1,
    HISTORY_COLUMNS_MAX = 64, // of a file that is read
    CELL_SIZE = 352, // "%.3f" of the largest double has 313 characters
};

struct history_row history_row_empty(int epoch)
{
    struct history_row row = {.epoch = epoch};
    for (size_t i = 0; i < COLUMN_COUNT; i++) {
        if (history_columns[i].cell != HISTORY_WHOLE) {
            *(double *)((char *)&row + history_columns[i].offset) = NAN;
        }
    }
    return row;
}

int history_add(struct history *history, const struct history_row *row, struct error *err)
{
    if (history->count == history->capacity) {
        size_t capacity = history->capacity ? 2 * history->capacity : 16;
        struct history_row *rows = realloc(history->rows, capacity * sizeof *rows);
        if (!rows) {
            return error_nomem(err, "history");
        }
        history->rows = rows;
        history->capacity = capacity;
    }
    history->rows[history->count++] = *row;
    return 0;
}

void history_clear(struct history *history)
{
    free(history->rows);
    *history = (struct history){0};
}

// Write one cell; returns its length.
static size_t format_cell(char *text, const struct history_column *column,
                          const struct history_row *row)
{
    const void *field = (const char *)row + column->offset;
    if (column->cell == HISTORY_WHOLE) {
        return (size_t)snprintf(text, CELL_SIZE, "%d", *(const int *)field);
    }
    double value = *(const double *)field;
    text[0] = 0;
    if (isnan(value)) {
        return 0;
    }
    switch (column->cell) {
    case HISTORY_SECONDS:
        return (size_t)snprintf(text, CELL_SIZE, "%.3f", value);
    case HISTORY_RATE:
        return (size_t)snprintf(text, CELL_SIZE, "%.1f", value);
    default:
        return (size_t)snprintf(text, CELL_SIZE, "%.9g", value);
    }
}

int history_write(const struct history *history, const char *path, struct error *err)
{
    char *text = malloc((history->count + 1) * COLUMN_COUNT * CELL_SIZE);
    if (!text) {
        return error_nomem(err, path);
    }
    char *end = text;
    for (size_t i = 0; i < COLUMN_COUNT; i++) {
        size_t length = strlen(history_columns[i].name);
        memcpy(end, history_columns[i].name, length);
        end += length;
        *end++ = i + 1 < COLUMN_COUNT ? ',' : '\n';
    }
    for (size_t r = 0; r < history->count; r++) {
        for (size_t i = 0; i < COLUMN_COUNT; i++) {
            end += format_cell(end, &history_columns[i], &history->rows[r]);
            *end++ = i + 1 < COLUMN_COUNT ? ',' : '\n';
        }
    }
    int code = output_write_file(path, text, (size_t)(end - text), true, err);
    free(text);
    return code;
}

// ---- reading ----

enum { HISTORY_SIZE_MAX = 1 << 28 };

// Take a cell off *line: cut at the comma, which becomes a NUL. NULL when none
// is left.
static char *next_cell(char **line)
{
    char *cell = *line;
    if (cell) {
        char *end = cell + strcspn(cell, ",");
        *line = *end ? end + 1 : NULL;
        *end = 0;
    }
    return cell;
}

// Which column of ours every column of the file is; -1: none.
static int read_header(int *which, char *line)
{
    int count = 0;
    for (char *cell; (cell = next_cell(&line)) != NULL && count < HISTORY_COLUMNS_MAX; count++) {
        which[count] = -1;
        for (int i = 0; i < COLUMN_COUNT; i++) {
            if (strcmp(cell, history_columns[i].name) == 0) {
                which[count] = i;
            }
        }
    }
    return line ? 0 : count;
}

static bool read_cell(struct history_row *row, const struct history_column *column,
                      const char *cell)
{
    void *at = (char *)row + column->offset;
    if (column->cell == HISTORY_WHOLE) {
        return text_to_int(cell, INT_MIN, INT_MAX, at);
    }
    return !cell[0] || text_to_double(cell, -DBL_MAX, DBL_MAX, at);
}

static bool read_row(struct history_row *ret, const int *which, int count, char *line)
{
    *ret = history_row_empty(0);
    for (int i = 0; i < count; i++) {
        const char *cell = next_cell(&line);
        if (!cell || (which[i] >= 0 && !read_cell(ret, &history_columns[which[i]], cell))) {
            return false;
        }
    }
    return !line;
}

int history_read(struct history *ret, const char *path, struct error *err)
{
    char *text = NULL;
    size_t size;
    struct history history = {0};
    int which[HISTORY_COLUMNS_MAX];
    int code = io_read_file(&text, &size, path, HISTORY_SIZE_MAX, err);
    if (code < 0) {
        return code;
    }
    if (strlen(text) != size) {
        code = error_set(err, ERR_FORMAT, "%s: holds a NUL byte; a text file is needed", path);
    }
    char *cursor = text;
    char *line = text_next_line(&cursor);
    int count = line ? read_header(which, line) : 0;
    for (int number = 2; code == 0 && (line = text_next_line(&cursor)) != NULL; number++) {
        struct history_row row;
        code = read_row(&row, which, count, line)
            ? history_add(&history, &row, err)
            : error_set(err, ERR_FORMAT, "%s, line %d: no row of a history", path, number);
    }
    if (code == 0 && count == 0) {
        code = error_set(err, ERR_FORMAT, "%s: does not begin with a history's column names",
                         path);
    }
    free(text);
    if (code < 0) {
        history_clear(&history);
        return code;
    }
    *ret = history;
    return 0;
}

int history_write_score(const struct history_score *score, const char *path, struct error *err)
{
    enum { NUMBERS_SIZE = 256 };
    static const char header[] = "split,part,samples,frames,loss,accuracy_frame,accuracy_sample,"
                                 "loss_sample,top5_frame,top5_sample\n";
    size_t capacity = sizeof header + csv_field_bound(strlen(score->split))
                    + csv_field_bound(strlen(score->part)) + NUMBERS_SIZE;
    char *text = malloc(capacity);
    char *split = malloc(csv_field_bound(strlen(score->split)));
    char *part = malloc(csv_field_bound(strlen(score->part)));
    int code;
    if (!text || !split || !part) {
        code = error_nomem(err, path);
        goto done;
    }
    int length = snprintf(text, capacity, "%s%s,%s,%zu,%zu,%.9g,%.9g,%.9g,%.9g,%.9g,%.9g\n",
                          header,
                          csv_field(split, score->split), csv_field(part, score->part),
                          score->samples, score->frames, score->loss, score->accuracy_frame,
                          score->accuracy_sample, score->loss_sample, score->top5_frame,
                          score->top5_sample);
    code = output_write_file(path, text, (size_t)length, true, err);

done:
    free(text);
    free(split);
    free(part);
    return code;
}
