#include "tools/train/run_summary.h"

#include "formats/json_write.h"

#include <string.h>

static void write_files(struct json *json, struct run_folder *folder, bool has_best, bool has_test)
{
    static const char *const files[][2] = {
        {"model", "model.h5"}, {"best", "best.h5"}, {"history", "history.csv"},
        {"test", "test.csv"}, {"report", "report.html"},
    };
    json_object_begin(json, "files");
    for (size_t i = 0; i < sizeof files / sizeof *files; i++) {
        bool there = (has_best || strcmp(files[i][0], "best") != 0)
                  && (has_test || strcmp(files[i][0], "test") != 0);
        json_text(json, files[i][0], there ? run_folder_file(folder, files[i][1]) : NULL);
    }
    json_object_end(json);
}

static void write_row(struct json *json, const char *name, const struct history_row *row)
{
    json_object_begin(json, name);
    for (const struct history_column *c = history_columns; c->name; c++) {
        const char *at = (const char *)row + c->offset;
        if (c->cell == HISTORY_WHOLE) {
            json_count(json, c->name, (uint64_t)*(const int *)at);
        } else {
            json_number(json, c->name, *(const double *)at);
        }
    }
    json_object_end(json);
}

static void write_score(struct json *json, const struct history_score *score)
{
    json_object_begin(json, score->part);
    json_text(json, "split", score->split);
    json_count(json, "samples", score->samples);
    json_number(json, "loss", score->loss);
    json_number(json, "accuracy_frame", score->accuracy_frame);
    json_number(json, "accuracy_sample", score->accuracy_sample);
    json_object_end(json);
}

void run_summary_print(FILE *out, struct run_folder *folder, const struct run_state *state,
                       const struct history_score *test)
{
    const struct history *history = &state->history;
    struct json json = json_begin(out);
    write_files(&json, folder, state->best_epoch > 0, test->samples > 0);
    json_count(&json, "epochs", history->count);
    if (state->best_epoch > 0) {
        write_row(&json, "best", &history->rows[state->best_epoch - 1]);
    } else {
        json_text(&json, "best", NULL);
    }
    if (history->count > 0) {
        write_row(&json, "last", &history->rows[history->count - 1]);
    } else {
        json_text(&json, "last", NULL);
    }
    if (test->samples > 0) {
        write_score(&json, test);
    } else {
        json_text(&json, "test", NULL);
    }
    json_end(&json);
}
