#ifndef TOOLS_TRAIN_EPOCH_TABLE_H
#define TOOLS_TRAIN_EPOCH_TABLE_H

#include "formats/history.h"

#include <stdint.h>

/* What a run prints on standard output while it goes on. */

/* "t = 100, loss = 1.2345" */
void epoch_table_step(uint64_t step, double loss);

/* An epoch as a line of a table; its head before the first one, and again
 * where steps were printed between. */
void epoch_table_row(const struct history_row *row);

/* The line of the test part, at the end. */
void epoch_table_score(const struct history_score *score);

#endif
