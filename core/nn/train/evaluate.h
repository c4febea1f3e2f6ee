#ifndef NN_EVALUATE_H
#define NN_EVALUATE_H

#include "core/base/error.h"
#include "core/base/threads.h"
#include "core/nn/dataset.h"
#include "core/nn/graph/net.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* What a net says of samples, and how right it is.
 *
 * A frame's answer is the softmax of its scores, a sample's the mean of its
 * frames' answers, summed in double; it is right where the largest is the
 * label's (the first of several), and right among five where at most four
 * others are before it. Where a net reads a sample's frames together ('input
 * stack'), all of them have the same answer and count each. */

struct evaluation {
    size_t samples; /* labelled ones; all below is over them, 0 if there are none */
    size_t frames;
    size_t frames_right;
    size_t frames_right5;
    size_t samples_right;
    size_t samples_right5;
    double loss;            /* mean over the frames of -log(answer for the label) */
    double loss_sample;     /* the same over samples */
    double accuracy_frame;  /* 0..1 */
    double accuracy_sample;
};

struct evaluation_options {
    bool flip; /* a frame's answer is the mean of its own and its mirror image's */
    /* [classes][classes], by label and then answer, which are added to; or NULL */
    uint64_t *confusion_frame;
    uint64_t *confusion_sample;
    /* [subset.count][frames_per_sample][classes] receives what the answers are the
     * softmax of, for the frames as they are, with `flip` too; or NULL */
    float *logits;
};

/* Forward passes over the subset. With probabilities not NULL it receives the
 * answers [subset.count][frames_per_sample][classes]. Unlabelled samples are
 * answered but not counted. options may be NULL: none. ERR_NUMERIC when an
 * output is not finite; probabilities and logits may be half filled then. */
int net_evaluate_with(struct net *net, const struct dataset *data, struct subset subset,
                      struct threads *threads, const struct evaluation_options *options,
                      float *probabilities, struct evaluation *ret,
                      struct error *err) MUST_CHECK;

/* The same without options. */
int net_evaluate(struct net *net, const struct dataset *data, struct subset subset,
                 struct threads *threads, float *probabilities, struct evaluation *ret,
                 struct error *err) MUST_CHECK;

#endif
