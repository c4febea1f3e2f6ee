#ifndef TOOLS_TRAIN_EXAMPLES_H
#define TOOLS_TRAIN_EXAMPLES_H

#include "tools/common/parts.h"

/* What is trained, validated and tested on. */

struct examples {
    const struct pack_column *split;
    struct part_rows train; /* labelled rows, ascending, as the others */
    struct part_rows val;
    struct part_rows test;
    bool val_drawn; /* the split had no val part: whole groups of train became it */
    size_t train_unlabelled; /* rows of the train part that cannot be used */
    size_t test_unlabelled;
};

/* Which share of the train part's groups is held out to validate on. */
struct examples_fold {
    int number; /* from 1 */
    int count;  /* 0: no cross-validation, all of the train part is trained on */
};

/* Choose the rows by the split called `split` (NULL: see parts_find_split()).
 * ERR_VALUE where that leaves nothing to learn from, or one class only.
 * In a cross-validation the split's own val and test parts are left alone. */
int examples_choose(struct examples *ret, const struct pack *pack, const char *split,
                    uint64_t seed, struct examples_fold fold, struct error *err) MUST_CHECK;

void examples_clear(struct examples *examples);

#endif
