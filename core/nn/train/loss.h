#ifndef NN_LOSS_H
#define NN_LOSS_H

#include "core/base/error.h"
#include "core/nn/real.h"

/* Scores of one image, [classes], against its label. Computed in double. What
 * is not finite in the scores makes the results NaN or infinite. Everything
 * here is thread-safe. */

enum loss_kind {
    LOSS_CROSS_ENTROPY,
    LOSS_HINGE,
    LOSS_SQUARED,
    LOSS_FOCAL,
    LOSS_KINDS,
};

/* What a training minimises: the sum of the images' losses over the sum of
 * their loss_share()s.
 *
 *   cross-entropy  -log p[label], p the softmax of the scores; with smoothing s
 *                  every class has s / classes of the target and the label the
 *                  rest. PyTorch's CrossEntropyLoss, weights and all.
 *   hinge          sum over the other classes of max(0, margin - score[label] +
 *                  score)^power, by the number of classes. MultiMarginLoss.
 *   squared        mean over the classes of (score - target)^2, the target
 *                  being 1 for the label and 0 for others. MSELoss of the
 *                  scores themselves, without a softmax.
 *   focal          -(1 - p[label])^gamma log p[label] (Lin et al., "Focal loss
 *                  for dense object detection", 2017).
 */
struct loss {
    enum loss_kind kind;
    double smoothing;      /* cross-entropy: 0 .. 1 */
    double margin;         /* hinge: > 0 */
    int power;             /* hinge: 1 or 2 */
    double gamma;          /* focal: 0 .. 100 */
    const double *weights; /* [classes] above 0, all but squared; NULL: all 1 */
};

/* What a net should say: one class, or a mixture of two. */
struct loss_target {
    int label;
    int other;
    double weight; /* of `label`, 0 .. 1; the rest is `other`'s */
};

static inline struct loss_target loss_target_of(int label)
{
    return (struct loss_target){label, label, 1};
}

/* The class that has more of it. */
static inline int loss_target_main(struct loss_target target)
{
    return target.weight >= 0.5 ? target.label : target.other;
}

/* Plain cross-entropy, and margin 1, power 1, gamma 2 for the others. */
struct loss loss_defaults(void);

/* How the kinds are called, in the order of the enum; ends with NULL. */
extern const char *const loss_names[LOSS_KINDS + 1];

/* Options that are out of range, or of another kind than the loss, are
 * ERR_VALUE; the message names the option. */
int loss_check(const struct loss *loss, int classes, struct error *err) MUST_CHECK;

/* The loss of one image. gradient, unless NULL, receives scale times its
 * gradient by the scores. */
double loss_compute(const struct loss *loss, const real *scores, int classes, int label,
                    double scale, real *gradient);

/* The same for a mixture. Cross-entropy and squared error are taken against
 * the mixed target (as PyTorch does with probabilities for classes); hinge and
 * focal, which know no such thing, are mixed themselves. */
double loss_compute_mixed(const struct loss *loss, const real *scores, int classes,
                          struct loss_target target, double scale, real *gradient);

/* What an image with this label counts in the mean: its class's weight for
 * cross-entropy, as in PyTorch; 1 otherwise. */
double loss_share(const struct loss *loss, int label);
double loss_share_mixed(const struct loss *loss, struct loss_target target);

/* Plain cross-entropy: -log softmax(scores)[label]; gradient as above. */
double loss_cross_entropy(const real *scores, int classes, int label, double scale,
                          real *gradient);

/* log(sum(exp(scores))) */
double loss_log_sum(const real *scores, int classes);

void loss_softmax(float *probabilities, const real *scores, int classes);

/* The first of the largest. */
int loss_best(const real *scores, int classes);

#endif
