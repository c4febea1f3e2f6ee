#ifndef TOOLS_TRAIN_RUN_STATE_H
#define TOOLS_TRAIN_RUN_STATE_H

#include "core/nn/train/trainer.h"
#include "formats/checkpoint.h"
#include "formats/history.h"

#include <stdbool.h>

/* How far a run has come: what it knows beside the net and the trainer. */

struct run_state {
    struct history history; /* of the epochs that are over */
    double lr; /* of the last step; these four: since the last of those epochs */
    double loss_sum; /* over examples */
    uint64_t examples;
    uint64_t correct;
    int best_epoch; /* from 1; 0: none yet */
    double best_accuracy; /* of the validation part, per sample */
    double best_loss;
};

void run_state_clear(struct run_state *state);

/* An epoch is over: into the history, and the sums begin anew. */
int run_state_add(struct run_state *state, const struct history_row *row,
                  struct error *err) MUST_CHECK;

/* Is this epoch the best so far: by accuracy per sample, then by loss? An
 * earlier one stays where they are equal. False where nothing was validated. */
bool run_state_is_best(const struct run_state *state, const struct history_row *row);

/* Write the checkpoint file: state, trainer, and `model`, whose parameters are
 * the net's. */
int run_state_save(const struct run_state *state, struct trainer *trainer,
                   const struct model *model, const char *path, struct error *err) MUST_CHECK;

/* Bring the trainer to where the checkpoint stood, and take its history over;
 * the net's parameters are the caller's to load. ERR_VALUE, naming `path`,
 * where they do not fit. */
int run_state_restore(struct run_state *ret, struct trainer *trainer,
                      struct checkpoint *checkpoint, const char *path,
                      struct error *err) MUST_CHECK;

#endif
