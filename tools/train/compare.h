#ifndef TOOLS_TRAIN_COMPARE_H
#define TOOLS_TRAIN_COMPARE_H

#include "core/base/error.h"
#include "core/base/sandbox.h"

#include <stdbool.h>
#include <stdio.h>

/* Print runs side by side: what they came to, and the options in which they
 * differ. For people within 80 columns (but for long names and values): a line
 * per run, then each option that differs with the numbers of the runs that
 * have each value. As tab-separated values: a line per run, a column for each
 * of these options; numbers in full, empty where not measured. */
int compare_runs(FILE *out, char *const *paths, int count, bool tsv,
                 const struct sandbox *sandbox, struct error *err) MUST_CHECK;

#endif
