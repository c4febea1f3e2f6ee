#ifndef TOOLS_TRAIN_EPOCHS_H
#define TOOLS_TRAIN_EPOCHS_H

#include "core/base/threads.h"
#include "core/nn/graph/net.h"
#include "core/nn/train/trainer.h"
#include "formats/pack.h"
#include "tools/train/examples.h"
#include "tools/train/run_folder.h"
#include "tools/train/run_state.h"
#include "tools/train/tensorboard.h"
#include "tools/train/train_settings.h"
#include "tools/train/trained_model.h"

/* The epochs of a run: steps, evaluation, history.csv, the printed table. */

struct epochs {
    const struct train_settings *settings;
    const struct pack *pack;
    const struct examples *examples;
    struct net *net;
    struct trainer *trainer;
    struct threads *threads;
    struct run_folder *folder;
    struct run_state *state; /* goes along */
    struct tensorboard *tensorboard;
    const struct trained_model *model;
};

/* All that are left. After each, history.csv, checkpoint.h5 and, where it is
 * the best, best.h5 are written. ERR_STOPPED where the user asked: the step, or
 * the piece of an evaluation, was finished, and the checkpoint written. */
int epochs_run(const struct epochs *epochs, struct error *err) MUST_CHECK;

/* Score the test part, if it has labels: test.csv, a printed line, and *ret, which is
 * left alone where it has none. */
int epochs_score_test(struct history_score *ret, const struct epochs *epochs,
                      struct error *err) MUST_CHECK;

#endif
