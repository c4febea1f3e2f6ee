#ifndef FORMATS_HISTORY_H
#define FORMATS_HISTORY_H

#include "core/base/error.h"

#include <stddef.h>

/* RUN/history.csv and RUN/test.csv: what a run measured
 * (docs/model-format.md, "The run"). */

/* One epoch. Accuracies are in 0..1, losses means per frame. A number that is
 * NAN was not measured: its cell is empty. */
struct history_row {
    int epoch; /* from 1 */
    double lr; /* of the epoch's last step */
    double train_loss; /* over the steps of the epoch, while the network changed */
    double train_accuracy_frame; /* likewise */
    double train_accuracy_sample; /* by an evaluation at the end of the epoch */
    double val_loss;
    double val_accuracy_frame;
    double val_accuracy_sample;
    double train_seconds;
    double train_frames_per_second;
    double eval_frames_per_second; /* of the validation part */
    double train_eval_loss; /* by the same evaluation as train_accuracy_sample */
    double train_eval_accuracy_frame;
};

enum history_cell {
    HISTORY_WHOLE,   /* an int: the epoch */
    HISTORY_NUMBER,  /* nine significant digits */
    HISTORY_SECONDS, /* milliseconds */
    HISTORY_RATE,    /* one decimal */
};

/* The columns in file order; the last has no name. Those of seconds and rates
 * differ from one run to the next. */
struct history_column {
    const char *name;
    size_t offset; /* in struct history_row, of a double or the epoch */
    enum history_cell cell;
};
extern const struct history_column history_columns[];

/* A row in which nothing was measured. */
struct history_row history_row_empty(int epoch);

struct history {
    struct history_row *rows;
    size_t count;
    size_t capacity;
};

int history_add(struct history *history, const struct history_row *row,
                struct error *err) MUST_CHECK;

/* Free the rows; the history is empty after it. */
void history_clear(struct history *history);

/* Write all rows; an existing file is replaced when the new one is complete.
 * Numbers have nine significant digits; the locale must be "C", as it is in a
 * program that never calls setlocale(). */
int history_write(const struct history *history, const char *path,
                  struct error *err) MUST_CHECK;

/* Read what history_write() wrote; *ret holds nothing before. Columns are found
 * by their names, others passed over. ERR_FORMAT naming the line that is not
 * one of a history. */
int history_read(struct history *ret, const char *path, struct error *err) MUST_CHECK;

/* What a part scored with the finished network. */
struct history_score {
    const char *split;
    const char *part;
    size_t samples; /* labelled ones */
    size_t frames;
    double loss; /* mean per frame */
    double accuracy_frame;
    double accuracy_sample;
    double loss_sample; /* mean per sample */
    double top5_frame;  /* right among the five likeliest */
    double top5_sample;
};

int history_write_score(const struct history_score *score, const char *path,
                        struct error *err) MUST_CHECK;

#endif
