#ifndef NN_TRAINER_H
#define NN_TRAINER_H

#include "core/base/error.h"
#include "core/base/threads.h"
#include "core/nn/dataset.h"
#include "core/nn/loss.h"
#include "core/nn/net.h"
#include "core/nn/optimiser.h"

#include <stdbool.h>
#include <stdint.h>

/* Training, one step at a time; what to print, when to evaluate, save or stop
 * is the caller's. Every frame of the subset is one example, or with 'input
 * stack' every sample. Results are the same bits for any number of threads. */
struct trainer;

struct trainer_options {
    int batch;      /* examples per step; the last step of an epoch may have fewer */
    bool shuffle;   /* a new permutation of the examples for every epoch */
    uint64_t seed;
    struct loss loss; /* its weights must outlive the trainer */
    struct optimiser_options optimiser;
};

struct trainer_options trainer_defaults(void);

/* All arguments but options must outlive the trainer. Every label of the
 * subset must be in 0 .. net_classes-1 (ERR_VALUE otherwise). */
int trainer_open(struct trainer **ret, struct net *net, const struct dataset *data,
                 struct subset subset, const struct trainer_options *options,
                 struct threads *threads, struct error *err) MUST_CHECK;

struct step_result {
    double loss;     /* mean over the step's examples, as struct loss says */
    int examples;
    int correct;     /* examples whose largest output was the label's */
};

/* The next step; begins an epoch when the last one is over. ERR_NUMERIC when
 * the loss or a gradient is not finite: then the parameters and the trainer
 * are as before the step. */
int trainer_step(struct trainer *trainer, struct step_result *ret, struct error *err) MUST_CHECK;

uint64_t trainer_steps_per_epoch(const struct trainer *trainer);
uint64_t trainer_step_number(const struct trainer *trainer); /* steps done since the start */

/* The gradient of the last step's loss by every parameter, [trained], as the
 * table of net_parameters() says (buffers have none); valid until the next
 * step. */
const real *trainer_gradient(const struct trainer *trainer);

/* Accepts NULL; sets *trainer to NULL. */
void trainer_close(struct trainer **trainer);

/* ---- evaluation ---- */

struct evaluation {
    size_t samples;          /* labelled ones; the numbers below are over them, 0 if none */
    size_t frames;
    double loss;             /* mean cross-entropy per frame */
    double accuracy_frame;   /* 0..1 */
    double accuracy_sample;  /* by the largest sum, in double, of the frames' softmax */
};

/* Forward passes over the subset. With probabilities not NULL it receives
 * the softmax outputs [subset.count][frames_per_sample][classes]; all frames of
 * a sample have the same where the net reads them together ('input stack'),
 * and what is counted per frame is then counted per sample. Unlabelled
 * samples are predicted but not counted. ERR_NUMERIC when an output is not
 * finite; probabilities may be half filled then. */
int net_evaluate(struct net *net, const struct dataset *data, struct subset subset,
                 struct threads *threads, float *probabilities, struct evaluation *ret,
                 struct error *err) MUST_CHECK;

#endif
