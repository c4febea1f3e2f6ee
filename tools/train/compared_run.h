#ifndef TOOLS_TRAIN_COMPARED_RUN_H
#define TOOLS_TRAIN_COMPARED_RUN_H

#include "core/base/error.h"
#include "core/base/sandbox.h"
#include "formats/history.h"
#include "tools/train/record.h"

#include <stdbool.h>
#include <stddef.h>

/* What the folders of runs say, for a comparison: read once, then shown as a table,
 * as a picture and as a page. */

struct compared_run {
    const char *path; /* the caller's */
    struct record_file options;
    struct history history; /* of the finished epochs */
    double seconds;    /* of their steps; NAN: not known */
    double parameters; /* trained numbers; NAN without model.h5, as the next */
    double multiply_adds; /* of what the net answers once */
    double best;       /* validation accuracy per sample, 0..1; NAN: none */
    int best_epoch;    /* the first that has it; 0: none */
    double last;       /* the same after the last epoch */
    double last_frame; /* per frame */
    double test;       /* test accuracy per sample; NAN: none */
};

struct compared_runs {
    struct compared_run *items; /* [count] */
    int count;
};

/* A run needs options.txt and history.csv; what else there is counts. There is one path
 * at least; the paths must outlive the runs. Forks: call it before there are threads. */
int compared_runs_read(struct compared_runs *ret, char *const *paths, int count,
                       const struct sandbox *sandbox, struct error *err) MUST_CHECK;

/* Accepts a zeroed struct. */
void compared_runs_clear(struct compared_runs *runs);

/* NULL where the run has no option of this name. */
const char *compared_run_option(const struct compared_run *run, const char *name);

/* Call `use` for every option in which the runs differ (those that lack it differ from
 * those that have it), once each, in the order in which the runs name them. */
void compared_runs_each_difference(const struct compared_runs *runs,
                                   void (*use)(void *context, const char *name), void *context);

/* The epochs of the longest run. */
size_t compared_runs_epochs(const struct compared_runs *runs);

/* What a run measured in its epoch number `index`, from 0: the double at `offset` of
 * that struct history_row. NAN where the run did not come that far. */
double compared_run_measured(const struct compared_run *run, size_t index, size_t offset);

#endif
