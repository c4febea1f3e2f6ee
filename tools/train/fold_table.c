#include "tools/train/fold_table.h"

#include "core/base/output.h"
#include "formats/csv_field.h"
#include "formats/score_files.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const char *const names[FOLD_NUMBERS] = {
    [FOLD_VAL_LOSS] = "val_loss",
    [FOLD_VAL_FRAME] = "val_accuracy_frame",
    [FOLD_VAL_SAMPLE] = "val_accuracy_sample",
    [FOLD_VAL_BEST] = "best_val_accuracy_sample",
    [FOLD_TEST_LOSS] = "test_loss",
    [FOLD_TEST_FRAME] = "test_accuracy_frame",
    [FOLD_TEST_SAMPLE] = "test_accuracy_sample",
};

static int read_part(double *values, char *path, size_t size, const char *run, const char *name,
                     struct error *err)
{
    struct history_score score = {.loss = NAN, .accuracy_frame = NAN, .accuracy_sample = NAN};
    snprintf(path, size, "%s/%s", run, name);
    int code = access(path, F_OK) == 0 ? score_read(&score, path, err) : 0;
    values[0] = score.loss;
    values[1] = score.accuracy_frame;
    values[2] = score.accuracy_sample;
    return code;
}

int fold_result_read(struct fold_result *result, const char *run, struct error *err)
{
    struct history history = {0};
    size_t size = strlen(run) + 16;
    char *path = malloc(size);
    if (!path) {
        return error_nomem(err, run);
    }
    int code = read_part(&result->values[FOLD_VAL_LOSS], path, size, run, "val.csv", err);
    code = code < 0 ? code : read_part(&result->values[FOLD_TEST_LOSS], path, size, run,
                                       "test.csv", err);
    snprintf(path, size, "%s/history.csv", run);
    code = code < 0 ? code : history_read(&history, path, err);
    double best = NAN;
    for (size_t i = 0; i < history.count; i++) {
        best = fmax(best, history.rows[i].val_accuracy_sample); // a NAN gives way
    }
    result->values[FOLD_VAL_BEST] = best;
    history_clear(&history);
    free(path);
    return code;
}

struct spread {
    int count; // that were measured
    double mean;
    double deviation;
};

static struct spread spread_of(const struct fold_result *results, int count,
                               enum fold_number number)
{
    struct spread s = {0, 0, NAN};
    double squares = 0;
    for (int i = 0; i < count; i++) {
        double value = results[i].values[number];
        s.count += !isnan(value);
        s.mean += isnan(value) ? 0 : value;
    }
    s.mean = s.count ? s.mean / s.count : NAN;
    for (int i = 0; i < count; i++) {
        double off = results[i].values[number] - s.mean;
        squares += isnan(off) ? 0 : off * off;
    }
    s.deviation = s.count > 1 ? sqrt(squares / (s.count - 1)) : NAN;
    return s;
}

static void put_cell(FILE *out, double value)
{
    fputc(',', out);
    if (!isnan(value)) {
        fprintf(out, "%.9g", value);
    }
}

static int put_lines(FILE *out, const struct fold_result *results, int count, const char *path,
                     struct error *err)
{
    fputs("fold,split", out);
    for (int n = 0; n < FOLD_NUMBERS; n++) {
        fprintf(out, ",%s", names[n]);
    }
    for (int i = 0; i < count; i++) {
        const char *split = results[i].split ? results[i].split : "";
        char *field = malloc(csv_field_bound(strlen(split)));
        if (!field) {
            return error_nomem(err, path);
        }
        fprintf(out, "\n%d,%s", results[i].number, csv_field(field, split));
        free(field);
        for (int n = 0; n < FOLD_NUMBERS; n++) {
            put_cell(out, results[i].values[n]);
        }
    }
    fputs("\nmean,", out);
    for (int n = 0; n < FOLD_NUMBERS; n++) {
        put_cell(out, spread_of(results, count, (enum fold_number)n).mean);
    }
    fputs("\nstd,", out);
    for (int n = 0; n < FOLD_NUMBERS; n++) {
        put_cell(out, spread_of(results, count, (enum fold_number)n).deviation);
    }
    fputc('\n', out);
    return 0;
}

int fold_table_write(const struct fold_result *results, int count, const char *path,
                     struct error *err)
{
    char *text = NULL;
    size_t size = 0;
    FILE *out = open_memstream(&text, &size);
    if (!out) {
        return error_errno(err, errno, "%s", path);
    }
    int code = put_lines(out, results, count, path, err);
    if (fclose(out) != 0 && code == 0) {
        code = error_nomem(err, path);
    }
    code = code < 0 ? code : output_write_file(path, text, size, true, err);
    free(text);
    return code;
}

static void print_part(FILE *out, const struct fold_result *results, int count, const char *part,
                       enum fold_number frame, enum fold_number sample)
{
    struct spread f = spread_of(results, count, frame);
    struct spread s = spread_of(results, count, sample);
    if (s.count > 1) {
        fprintf(out, "%s: accuracy per frame %.1f +- %.1f %%, per sample %.1f +- %.1f %% "
                "(%d folds)\n", part, 100 * f.mean, 100 * f.deviation, 100 * s.mean,
                100 * s.deviation, s.count);
    }
}

void fold_table_print(FILE *out, const struct fold_result *results, int count)
{
    fputc('\n', out);
    print_part(out, results, count, "validation", FOLD_VAL_FRAME, FOLD_VAL_SAMPLE);
    print_part(out, results, count, "test", FOLD_TEST_FRAME, FOLD_TEST_SAMPLE);
}
