#include "formats/history.h"

#include "core/base/output.h"
#include "formats/csv_field.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

// How the number of a column is written.
enum cell_format {
    CELL_WHOLE,
    CELL_NUMBER,  // nine significant digits
    CELL_SECONDS, // milliseconds
    CELL_RATE,    // one decimal
};

// The columns in file order. Readers may rely on the first eleven.
static const struct column {
    const char *name;
    size_t offset;
    enum cell_format format;
} columns[] = {
    {"epoch", offsetof(struct history_row, epoch), CELL_WHOLE},
    {"lr", offsetof(struct history_row, lr), CELL_NUMBER},
    {"train_loss", offsetof(struct history_row, train_loss), CELL_NUMBER},
    {"train_accuracy_frame", offsetof(struct history_row, train_accuracy_frame), CELL_NUMBER},
    {"train_accuracy_sample", offsetof(struct history_row, train_accuracy_sample), CELL_NUMBER},
    {"val_loss", offsetof(struct history_row, val_loss), CELL_NUMBER},
    {"val_accuracy_frame", offsetof(struct history_row, val_accuracy_frame), CELL_NUMBER},
    {"val_accuracy_sample", offsetof(struct history_row, val_accuracy_sample), CELL_NUMBER},
    {"train_seconds", offsetof(struct history_row, train_seconds), CELL_SECONDS},
    {"train_frames_per_second", offsetof(struct history_row, train_frames_per_second),
     CELL_RATE},
    {"eval_frames_per_second", offsetof(struct history_row, eval_frames_per_second), CELL_RATE},
    {"train_eval_loss", offsetof(struct history_row, train_eval_loss), CELL_NUMBER},
    {"train_eval_accuracy_frame", offsetof(struct history_row, train_eval_accuracy_frame),
     CELL_NUMBER},
};

enum {
    COLUMN_COUNT = sizeof columns / sizeof columns[0],
    CELL_SIZE = 352, // "%.3f" of the largest double has 313 characters
};

struct history_row history_row_empty(int epoch)
{
    struct history_row row = {.epoch = epoch};
    for (size_t i = 0; i < COLUMN_COUNT; i++) {
        if (columns[i].format != CELL_WHOLE) {
            *(double *)((char *)&row + columns[i].offset) = NAN;
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
static size_t format_cell(char *text, const struct column *column, const struct history_row *row)
{
    const void *field = (const char *)row + column->offset;
    if (column->format == CELL_WHOLE) {
        return (size_t)snprintf(text, CELL_SIZE, "%d", *(const int *)field);
    }
    double value = *(const double *)field;
    text[0] = 0;
    if (isnan(value)) {
        return 0;
    }
    switch (column->format) {
    case CELL_SECONDS:
        return (size_t)snprintf(text, CELL_SIZE, "%.3f", value);
    case CELL_RATE:
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
        size_t length = strlen(columns[i].name);
        memcpy(end, columns[i].name, length);
        end += length;
        *end++ = i + 1 < COLUMN_COUNT ? ',' : '\n';
    }
    for (size_t r = 0; r < history->count; r++) {
        for (size_t i = 0; i < COLUMN_COUNT; i++) {
            end += format_cell(end, &columns[i], &history->rows[r]);
            *end++ = i + 1 < COLUMN_COUNT ? ',' : '\n';
        }
    }
    int code = output_write_file(path, text, (size_t)(end - text), true, err);
    free(text);
    return code;
}

int history_write_score(const struct history_score *score, const char *path, struct error *err)
{
    enum { NUMBERS_SIZE = 256 };
    static const char header[] = "split,part,samples,frames,loss,accuracy_frame,accuracy_sample\n";
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
    int length = snprintf(text, capacity, "%s%s,%s,%zu,%zu,%.9g,%.9g,%.9g\n", header,
                          csv_field(split, score->split), csv_field(part, score->part),
                          score->samples, score->frames, score->loss, score->accuracy_frame,
                          score->accuracy_sample);
    code = output_write_file(path, text, (size_t)length, true, err);

done:
    free(text);
    free(split);
    free(part);
    return code;
}
