#ifndef TRAIN_RUN_SUMMARY_H
#define TRAIN_RUN_SUMMARY_H

#include "formats/history.h"
#include "tools/train/run_folder.h"
#include "tools/train/run_state.h"

#include <stdio.h>

/* What a finished run came to, as one JSON object on `out`: its files, its best epoch,
 * the numbers of its last one by the names of history.csv, and those of the test part
 * (null where `test` has no samples) by the names of test.csv. Nothing in it is longer
 * than the run's files. Errors of `out` are left for ferror(). */
void run_summary_print(FILE *out, struct run_folder *folder, const struct run_state *state,
                       const struct history_score *test);

#endif
