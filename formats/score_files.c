#include "formats/score_files.h"

#include "core/base/io.h"
#include "core/base/output.h"
#include "core/base/text.h"
#include "formats/csv_field.h"

#include <errno.h>
#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

// A text that grows, and the memory behind it.
struct growing {
    FILE *stream;
    char *text;
    size_t size;
};

static int open_growing(struct growing *g, const char *path, struct error *err)
{
    g->stream = open_memstream(&g->text, &g->size);
    return g->stream ? 0 : error_errno(err, errno, "%s", path);
}

static int put_name(struct growing *g, const char *name, const char *path, struct error *err)
{
    char *field = malloc(csv_field_bound(strlen(name)));
    if (!field) {
        return error_nomem(err, path);
    }
    fputs(csv_field(field, name), g->stream);
    free(field);
    return 0;
}

// `code` is what went before.
static int finish(struct growing *g, const char *path, int code, struct error *err)
{
    if (fclose(g->stream) != 0 && code == 0) {
        code = error_nomem(err, path);
    }
    code = code < 0 ? code : output_write_file(path, g->text, g->size, true, err);
    free(g->text);
    return code;
}

int score_write_confusion(const char *path, const char *const *names, int classes,
                          const uint64_t *confusion, struct error *err)
{
    struct growing g;
    int code = open_growing(&g, path, err);
    if (code < 0) {
        return code;
    }
    fputs("class", g.stream);
    for (int c = 0; c < classes && code == 0; c++) {
        fputc(',', g.stream);
        code = put_name(&g, names[c], path, err);
    }
    fputc('\n', g.stream);
    for (int c = 0; c < classes && code == 0; c++, confusion += classes) {
        code = put_name(&g, names[c], path, err);
        for (int k = 0; k < classes; k++) {
            fprintf(g.stream, ",%llu", (unsigned long long)confusion[k]);
        }
        fputc('\n', g.stream);
    }
    return finish(&g, path, code, err);
}

static uint64_t sum(const uint64_t *row, int classes)
{
    uint64_t all = 0;
    for (int k = 0; k < classes; k++) {
        all += row[k];
    }
    return all;
}

// ",count,right,accuracy"
static void put_counts(struct growing *g, const uint64_t *row, int class, int classes)
{
    uint64_t all = sum(row, classes);
    fprintf(g->stream, ",%llu,%llu,", (unsigned long long)all, (unsigned long long)row[class]);
    if (all > 0) {
        fprintf(g->stream, "%.9g", (double)row[class] / (double)all);
    }
}

// The answer most often given instead, or -1.
static int most_wrong(const uint64_t *row, int class, int classes)
{
    int most = -1;
    for (int k = 0; k < classes; k++) {
        if (k != class && row[k] > (most < 0 ? 0 : row[most])) {
            most = k;
        }
    }
    return most;
}

int score_write_per_class(const char *path, const char *const *names, int classes,
                          const uint64_t *confusion_frame, const uint64_t *confusion_sample,
                          struct error *err)
{
    struct growing g;
    int code = open_growing(&g, path, err);
    if (code < 0) {
        return code;
    }
    fputs("class,samples,samples_right,accuracy_sample,frames,frames_right,accuracy_frame,"
          "taken_for,taken_for_samples\n", g.stream);
    for (int c = 0; c < classes && code == 0; c++) {
        const uint64_t *samples = confusion_sample + (size_t)c * (size_t)classes;
        int wrong = most_wrong(samples, c, classes);
        code = put_name(&g, names[c], path, err);
        put_counts(&g, samples, c, classes);
        put_counts(&g, confusion_frame + (size_t)c * (size_t)classes, c, classes);
        fputc(',', g.stream);
        if (wrong >= 0 && code == 0) {
            code = put_name(&g, names[wrong], path, err);
        }
        fprintf(g.stream, ",%llu\n", wrong < 0 ? 0 : (unsigned long long)samples[wrong]);
    }
    return finish(&g, path, code, err);
}

// ---- reading ----

static int read_cell(struct history_score *score, const char *name, const char *text)
{
    const struct {
        const char *name;
        double *value;
    } columns[] = {
        {"loss", &score->loss},
        {"accuracy_frame", &score->accuracy_frame},
        {"accuracy_sample", &score->accuracy_sample},
        {"loss_sample", &score->loss_sample},
        {"top5_frame", &score->top5_frame},
        {"top5_sample", &score->top5_sample},
    };
    uint64_t count;
    size_t *whole = strcmp(name, "samples") == 0  ? &score->samples
                  : strcmp(name, "frames") == 0 ? &score->frames : NULL;
    if (whole) {
        bool read = text_to_u64(text, &count);
        *whole = read ? (size_t)count : 0;
        return read ? 0 : ERR_FORMAT;
    }
    for (size_t i = 0; i < sizeof columns / sizeof columns[0]; i++) {
        if (strcmp(name, columns[i].name) == 0 && text[0]) {
            return text_to_double(text, -1e300, 1e300, columns[i].value) ? 0 : ERR_FORMAT;
        }
    }
    return 0;
}

int score_read(struct history_score *ret, const char *path, struct error *err)
{
    enum { SIZE_MOST = 1 << 16 };
    struct history_score score = {.loss = NAN, .accuracy_frame = NAN, .accuracy_sample = NAN,
                                  .loss_sample = NAN, .top5_frame = NAN, .top5_sample = NAN};
    char *text = NULL;
    size_t size;
    int code = io_read_file(&text, &size, path, SIZE_MOST, err);
    if (code < 0) {
        return code;
    }
    char *at = text;
    bool whole = strlen(text) == size; // a NUL would hide what is behind it
    char *names = text_next_line(&at);
    char *values = names ? text_next_line(&at) : NULL;
    code = whole && values ? 0 : ERR_FORMAT;
    while (code == 0 && names) {
        const char *name = csv_field_next(&names);
        const char *value = csv_field_next(&values);
        code = name && value ? read_cell(&score, name, value) : ERR_FORMAT;
    }
    free(text);
    if (code < 0) {
        return error_set(err, ERR_FORMAT, "%s: is no score: a line of names and a line of numbers "
                         "are needed", path);
    }
    *ret = score;
    return 0;
}
