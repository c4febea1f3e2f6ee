#ifndef TOOLS_TRAIN_COMPARE_H
#define TOOLS_TRAIN_COMPARE_H

#include "tools/train/compared_run.h"

#include <stdio.h>

enum compare_form {
    COMPARE_TABLE,
    COMPARE_TSV,
    COMPARE_JSON,
};

/* Print runs side by side: what they came to, and the options in which they
 * differ. For people within 80 columns (but for long names and values): a line
 * per run, then each option that differs with the numbers of the runs that
 * have each value. As tab-separated values: a line per run, a column for each
 * of these options; numbers in full, empty where not measured. As JSON: the same,
 * null where not measured and where a run has no such option. Errors of `out` are left
 * for ferror(). */
void compare_print(FILE *out, const struct compared_runs *runs, enum compare_form form);

#endif
