#ifndef TOOLS_TRAIN_CLASS_WEIGHTS_H
#define TOOLS_TRAIN_CLASS_WEIGHTS_H

#include "core/base/error.h"
#include "formats/pack.h"
#include "tools/common/parts.h"

#include <stdbool.h>

/* What each class counts in the loss. `how` is
 *
 *   none      all the same: *ret is NULL
 *   balanced  rows / (classes that have rows * rows of the class), so that all
 *             classes weigh the same in sum; 1 for a class without rows
 *   FILE      lines "CLASS WEIGHT": a class of the pack, blanks, a number from
 *             1e-6 to 1e6; '#' begins a comment line; classes that are not
 *             named weigh 1
 *
 * On success *ret, [pack->class_count], is the caller's to free. */
int class_weights_make(double **ret, const char *how, const struct pack *pack,
                       const struct part_rows *train, struct error *err) MUST_CHECK;

/* Does `how` name a file? */
bool class_weights_is_file(const char *how);

/* The weights [count] as "1,0.5,2": each in the shortest way that reads back as
 * the same number. NULL without memory; the caller's to free. */
char *class_weights_text(const double *weights, int count) MUST_CHECK;

#endif
