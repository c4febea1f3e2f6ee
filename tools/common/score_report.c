#include "tools/common/score_report.h"

#include "formats/score_files.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum ending { ALL, PER_CLASS, CONFUSION, CONFUSION_FRAME };

const char *const score_report_endings[SCORE_REPORT_FILES] = {
    [ALL] = ".csv",
    [PER_CLASS] = "-per-class.csv",
    [CONFUSION] = "-confusion.csv",
    [CONFUSION_FRAME] = "-confusion-frame.csv",
};

int score_report_open(struct score_report *ret, int classes, struct error *err)
{
    struct score_report made = {.classes = classes};
    size_t row = (size_t)classes * sizeof(uint64_t);
    if (classes > SCORE_REPORT_CLASSES_MAX) {
        *ret = made;
        return 0;
    }
    made.confusion_frame = calloc((size_t)classes, row);
    made.confusion_sample = calloc((size_t)classes, row);
    if (!made.confusion_frame || !made.confusion_sample) {
        score_report_clear(&made);
        return error_nomem(err, "a table of classes");
    }
    *ret = made;
    return 0;
}

void score_report_clear(struct score_report *report)
{
    free(report->confusion_frame);
    free(report->confusion_sample);
    *report = (struct score_report){.classes = 0};
}

static const char *name(char *path, size_t size, const char *prefix, enum ending ending)
{
    snprintf(path, size, "%s%s", prefix, score_report_endings[ending]);
    return path;
}

struct history_score score_report_line(const struct score_report *report, const char *split,
                                       const char *part)
{
    const struct score *score = &report->score;
    return (struct history_score){
        .split = split,
        .part = part,
        .samples = score->samples,
        .frames = score->frames,
        .loss = score_loss(score),
        .accuracy_frame = score_accuracy_frame(score),
        .accuracy_sample = score_accuracy_sample(score),
        .loss_sample = score_loss_sample(score),
        .top5_frame = score_five_frame(score),
        .top5_sample = score_five_sample(score),
    };
}

int score_report_check(const char *prefix, struct error *err)
{
    size_t size = strlen(prefix) + 32;
    char *path = malloc(size);
    int code = path ? 0 : error_nomem(err, prefix);
    for (int i = 0; i < SCORE_REPORT_FILES && code == 0; i++) {
        if (access(name(path, size, prefix, (enum ending)i), F_OK) == 0) {
            code = error_set(err, ERR_EXISTS, "%s: exists (--force replaces it)", path);
        }
    }
    free(path);
    return code;
}

int score_report_write(const struct score_report *report, const char *prefix, const char *split,
                       const char *part, const char *const *names, struct error *err)
{
    struct history_score line = score_report_line(report, split, part);
    size_t size = strlen(prefix) + 32;
    char *path = malloc(size);
    if (!path) {
        return error_nomem(err, prefix);
    }
    int code = history_write_score(&line, name(path, size, prefix, ALL), err);
    if (code < 0 || !report->confusion_sample) {
        free(path);
        return code;
    }
    code = score_write_per_class(name(path, size, prefix, PER_CLASS), names, report->classes,
                                 report->confusion_frame, report->confusion_sample, err);
    code = code < 0 ? code : score_write_confusion(name(path, size, prefix, CONFUSION), names,
                                                   report->classes, report->confusion_sample,
                                                   err);
    code = code < 0 ? code : score_write_confusion(name(path, size, prefix, CONFUSION_FRAME),
                                                   names, report->classes,
                                                   report->confusion_frame, err);
    free(path);
    return code;
}
