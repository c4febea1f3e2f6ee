#ifndef NN_TRAINER_H
#define NN_TRAINER_H

#include "core/base/error.h"
#include "core/base/threads.h"
#include "core/nn/dataset.h"
#include "core/nn/graph/net.h"
#include "core/nn/train/feed.h"
#include "core/nn/train/loss.h"
#include "core/nn/train/optimiser.h"
#include "core/nn/train/schedule.h"

#include <stdbool.h>
#include <stdint.h>

/* Training, one step at a time; what to print, when to evaluate, save or stop
 * is the caller's. Every frame of the subset is one example, or with 'input
 * stack' every sample, unless the feed's options want fewer. Results are the
 * same bits for any number of threads. */
struct trainer;
struct profile; /* profile.h */

struct trainer_options {
    int batch;      /* examples per step; the last step of an epoch may have fewer */
    bool shuffle;   /* a new permutation of the examples for every epoch */
    uint64_t seed;
    struct feed_options feed; /* which samples and frames an epoch reads, and how changed */
    struct loss loss; /* its weights must outlive the trainer */
    struct optimiser_options optimiser;
    struct profile *profile; /* NULL, or where the time of steps is added; must outlive it */
    struct schedule_options schedule; /* of the optimiser's lr */
};

struct trainer_options trainer_defaults(void);

/* All arguments but options must outlive the trainer. Every label of the
 * subset must be in 0 .. net_classes-1 (ERR_VALUE otherwise). ERR_NOMEM, before
 * anything large is allocated, where this machine has less memory than the net,
 * its gradients and the optimiser need together; the net's parameters may be
 * filled after it. */
int trainer_open(struct trainer **ret, struct net *net, const struct dataset *data,
                 struct subset subset, const struct trainer_options *options,
                 struct threads *threads, struct error *err) MUST_CHECK;

struct step_result {
    double loss;     /* mean over the step's examples, as struct loss says */
    int examples;
    int correct;     /* examples whose largest output was the label's */
    double lr;       /* learning rate */
};

/* The next step; begins an epoch when the last one is over. ERR_NUMERIC when
 * the loss or a gradient is not finite: then the parameters and the trainer
 * are as before the step, and the message names step and layer. */
int trainer_step(struct trainer *trainer, struct step_result *ret, struct error *err) MUST_CHECK;

uint32_t trainer_examples_per_epoch(const struct trainer *trainer);
uint64_t trainer_steps_per_epoch(const struct trainer *trainer);
uint64_t trainer_step_number(const struct trainer *trainer); /* steps done since the start */

/* An epoch is over and measured this (see schedule_epoch_done()). */
void trainer_epoch_done(struct trainer *trainer, double measured);

/* Where a training stands. With the net's parameters and buffers, and what the
 * optimiser and the schedule remember, it is all that a continued training
 * needs: orders, frames and random numbers follow from seed, epoch and step. */
struct trainer_state {
    uint64_t step;     /* steps done */
    uint64_t epoch;    /* of the last of them, from 0 */
    uint32_t position; /* examples of that epoch already used */
};

struct trainer_state trainer_state_get(const struct trainer *trainer);

/* ERR_VALUE where no training with these options can stand there. */
int trainer_state_set(struct trainer *trainer, const struct trainer_state *state,
                      struct error *err) MUST_CHECK;

/* Its own, to be stored, or filled to go on; valid as long as the trainer. */
struct optimiser *trainer_optimiser(struct trainer *trainer);
struct schedule_state *trainer_schedule_state(struct trainer *trainer);

/* The gradient of the last step's loss by every parameter, [trained], as the
 * table of net_parameters() says (buffers have none); valid until the next
 * step. */
const real *trainer_gradient(const struct trainer *trainer);

/* Accepts NULL; sets *trainer to NULL. */
void trainer_close(struct trainer **trainer);

#endif
