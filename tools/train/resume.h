#ifndef TOOLS_TRAIN_RESUME_H
#define TOOLS_TRAIN_RESUME_H

#include "core/nn/graph/net.h"
#include "tools/train/record.h"
#include "tools/train/run_state.h"

/* Going on with a run from its checkpoint: is it the same run, and where did
 * it stand? */

struct resume {
    char *path; /* of the checkpoint */
    struct checkpoint *checkpoint;
    struct model *model; /* with the run's options, net and weights */
};

/* Forks: call it before there are threads. */
int resume_read(struct resume *ret, const char *path, const struct sandbox *sandbox,
                struct error *err) MUST_CHECK;

/* Accepts a zeroed one; safe to call twice. */
void resume_clear(struct resume *resume);

/* ERR_VALUE where this run is another than the one that was begun: naming the
 * pack, or every option with its old and new value. What only says when a run
 * ends may differ: patience, and epochs where no schedule depends on them. */
int resume_check(const struct resume *resume, const struct record *record,
                 struct error *err) MUST_CHECK;

/* Bring net and trainer to where the checkpoint stood; *ret is what was known.
 * Times of the epochs that are over are read from the history file, if it is
 * there. */
int resume_apply(struct run_state *ret, struct resume *resume, struct net *net,
                 struct trainer *trainer, const char *history_path,
                 struct error *err) MUST_CHECK;

#endif
