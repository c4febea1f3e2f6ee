#ifndef TOOLS_TRAIN_FOLD_TABLE_H
#define TOOLS_TRAIN_FOLD_TABLE_H

#include "core/base/error.h"
#include "formats/history.h"

#include <stdio.h>

/* What the folds of an experiment came to. */

enum fold_number {
    FOLD_VAL_LOSS,
    FOLD_VAL_FRAME,
    FOLD_VAL_SAMPLE,
    FOLD_VAL_BEST, /* the best accuracy per sample of any epoch */
    FOLD_TEST_LOSS,
    FOLD_TEST_FRAME,
    FOLD_TEST_SAMPLE,
    FOLD_NUMBERS,
};

struct fold_result {
    int number;        /* from 1 */
    const char *split; /* NULL: the one that goes without saying; not the result's */
    double values[FOLD_NUMBERS]; /* NAN: not measured */
};

/* Fill the values from a finished run's history.csv, val.csv and test.csv. */
int fold_result_read(struct fold_result *result, const char *run, struct error *err) MUST_CHECK;

/* "fold,split,..." and a line per fold; then "mean" and "std", over the folds
 * that measured the number, empty where fewer than one, or two, did. */
int fold_table_write(const struct fold_result *results, int count, const char *path,
                     struct error *err) MUST_CHECK;

/* The same for people: accuracies in per cent, mean +- deviation. */
void fold_table_print(FILE *out, const struct fold_result *results, int count);

#endif
