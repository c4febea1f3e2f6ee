#ifndef TOOLS_TRAIN_COMPARED_RUN_H
#define TOOLS_TRAIN_COMPARED_RUN_H

#include "core/base/error.h"
#include "core/base/sandbox.h"

#include <stdbool.h>
#include <stddef.h>

/* What the folder of a run says, for a comparison. */

enum { COMPARED_OPTIONS_MAX = 160 };

struct compared_run {
    const char *path; /* the caller's */
    char *text;       /* options.txt; names and values point into it */
    const char *names[COMPARED_OPTIONS_MAX];
    const char *values[COMPARED_OPTIONS_MAX];
    int option_count;
    int epochs;        /* finished ones */
    double seconds;    /* of their steps; NAN: not known */
    double parameters; /* trained numbers; NAN without model.h5, as the next */
    double multiply_adds; /* of what the net answers once */
    double best;       /* validation accuracy per sample, 0..1; NAN: none */
    int best_epoch;    /* the first that has it; 0: none */
    double last;       /* the same after the last epoch */
    double last_frame; /* per frame */
    double test;       /* test accuracy per sample; NAN: none */
};

/* A run needs options.txt and history.csv; what else there is counts. Forks:
 * call it before there are threads. */
int compared_run_read(struct compared_run *ret, const char *path, const struct sandbox *sandbox,
                      struct error *err) MUST_CHECK;

/* NULL where the run has no option of this name. */
const char *compared_run_option(const struct compared_run *run, const char *name);

/* Has an option the same value in all runs, or do all lack it? */
bool compared_runs_agree(const struct compared_run *runs, int count, const char *name);

/* Call `use` for every option in which the runs differ, once each, in the order in
 * which the runs name them. */
void compared_runs_each_difference(const struct compared_run *runs, int count,
                                   void (*use)(void *context, const char *name), void *context);

/* Accepts a zeroed struct. */
void compared_run_clear(struct compared_run *run);

#endif
