#ifndef TOOLS_SCORING_H
#define TOOLS_SCORING_H

#include "core/base/error.h"
#include "core/base/threads.h"
#include "core/nn/dataset.h"
#include "core/nn/graph/net.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Evaluating many rows, piece by piece, so that progress shows and Ctrl-C is
 * heard. The pieces have a fixed size: they change no bit of the result. */

/* Sums over the labelled samples; zero is a valid, empty value. */
struct score {
    size_t samples;
    size_t frames;
    size_t correct_samples;
    size_t correct_frames;
    size_t five_samples; /* right among five */
    size_t five_frames;
    double loss_sum;        /* over frames */
    double loss_sample_sum; /* over samples */
};

double score_loss(const struct score *score); /* mean per frame; NAN over none */
double score_loss_sample(const struct score *score);
double score_accuracy_frame(const struct score *score); /* 0..1; NAN over none */
double score_accuracy_sample(const struct score *score);
double score_five_frame(const struct score *score);
double score_five_sample(const struct score *score);

struct score_options {
    const char *label; /* of the progress line; NULL: none */
    bool flip;         /* the mean with the mirror image, see evaluate.h */
    /* Which class was taken for which, as evaluate.h has it; or NULL. */
    uint64_t *confusion_frame;
    uint64_t *confusion_sample;
};

/* Forward passes over the rows. With probabilities not NULL it receives the
 * answers [rows.count][frames_per_sample][classes]. ERR_STOPPED when the user
 * asked. */
int score_rows(struct score *ret, struct net *net, const struct dataset *data,
               struct subset rows, struct threads *threads, const struct score_options *options,
               float *probabilities, struct error *err) MUST_CHECK;

#endif
