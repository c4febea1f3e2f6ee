#ifndef TOOLS_PLAN_SPLITS_H
#define TOOLS_PLAN_SPLITS_H

#include "core/base/error.h"
#include "tools/extract/plan.h"

/* Fill in the splits of a plan whose clips are labelled and in order:
 *   ucf101-N  the official folds, where there are lists
 *   tutorial  the parts that the layout says, where it does
 *   NAME      the user's own lists, where they are given
 *   groups    whole groups drawn by the seed, where clips are labelled and no
 *             layout says the parts */
int plan_make_splits(struct plan *plan, const struct plan_options *options,
                     struct error *err) MUST_CHECK;

#endif
