#ifndef TOOLS_TRAIN_FOLDS_H
#define TOOLS_TRAIN_FOLDS_H

#include "core/base/error.h"
#include "tools/train/train_settings.h"

/* Several runs that are one experiment: the same training on several splits
 * (--folds), or on a train part with another share of its groups held out each
 * time (--cross-validate). */

/* All of them, one after the other, into RUN/fold-1 and so on; then
 * RUN/folds.csv: a line per fold, the means and the standard deviations (of a
 * sample: by n - 1). Prints as it goes. ERR_EXISTS where RUN holds a run, or
 * folds without `force`.
 *
 * With settings->resume, RUN: those that are left, the first of them from where
 * it stood. All options must be those that RUN/folds.txt holds. */
int folds_run(const struct train_settings *settings, const char *pack_path,
              struct error *err) MUST_CHECK;

#endif
