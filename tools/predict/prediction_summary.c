#include "tools/predict/prediction_summary.h"

#include "formats/json_write.h"

#include <stdlib.h>
#include <string.h>

static int write_files(struct json *json, const struct prediction_summary *summary,
                       struct error *err)
{
    static const char *const names[SCORE_REPORT_FILES] = {"scores", "per_class", "confusion",
                                                          "confusion_frame"};
    const char *prefix = summary->prefix;
    size_t size = (prefix ? strlen(prefix) : 0) + 32;
    char *path = malloc(size);
    if (!path) {
        return error_nomem(err, prefix ? prefix : "names of files");
    }
    json_object_begin(json, "files");
    json_text(json, "table", summary->table);
    for (int i = 0; i < SCORE_REPORT_FILES; i++) {
        bool there = prefix && (i == 0 || summary->report->confusion_sample);
        snprintf(path, size, "%s%s", there ? prefix : "", score_report_endings[i]);
        json_text(json, names[i], there ? path : NULL);
    }
    json_object_end(json);
    free(path);
    return 0;
}

static void write_score(struct json *json, const struct prediction_summary *summary)
{
    if (!summary->is_scored) {
        json_text(json, "score", NULL);
        return;
    }
    struct history_score score = score_report_line(summary->report, summary->split,
                                                   summary->part);
    json_object_begin(json, "score");
    json_count(json, "samples", score.samples);
    json_count(json, "frames", score.frames);
    json_number(json, "loss", score.loss);
    json_number(json, "accuracy_frame", score.accuracy_frame);
    json_number(json, "accuracy_sample", score.accuracy_sample);
    json_number(json, "loss_sample", score.loss_sample);
    json_number(json, "top5_frame", score.top5_frame);
    json_number(json, "top5_sample", score.top5_sample);
    json_object_end(json);
}

static int write_answers(struct json *json, const struct prediction_summary *summary,
                         struct error *err)
{
    const struct predictions *answers = summary->answers;
    if (!answers) {
        json_text(json, "predictions", NULL);
        return 0;
    }
    double *scores = malloc((size_t)answers->classes * sizeof *scores);
    if (!scores) {
        return error_nomem(err, "scores");
    }
    json_array_begin(json, "predictions");
    for (size_t i = 0; i < summary->rows->count; i++) {
        size_t row = summary->rows->rows[i];
        predictions_sample_scores(answers, i, scores);
        int best = predictions_best(scores, answers->classes);
        json_object_begin(json, NULL);
        json_text(json, "path", pack_path(summary->pack, row));
        json_count(json, "sample", summary->pack->sample[row]);
        json_text(json, "class", answers->class_names[best]);
        json_number(json, "probability", scores[best]);
        json_object_end(json);
    }
    json_array_end(json);
    free(scores);
    return 0;
}

int prediction_summary_print(FILE *out, const struct prediction_summary *summary,
                             struct error *err)
{
    struct json json = json_begin(out);
    json_text(&json, "model", summary->model_path);
    json_text(&json, "pack", summary->pack->path);
    json_text(&json, "split", summary->split);
    json_text(&json, "part", summary->part);
    json_count(&json, "samples", summary->rows->count);
    json_count(&json, "frames_per_sample", (uint64_t)summary->pack->data.frames_per_sample);
    json_count(&json, "samples_labelled", summary->report->score.samples);
    json_count(&json, "samples_seen", summary->seen);
    write_score(&json, summary);
    int code = write_files(&json, summary, err);
    code = code < 0 ? code : write_answers(&json, summary, err);
    json_end(&json);
    return code;
}
