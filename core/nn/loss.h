#ifndef NN_LOSS_H
#define NN_LOSS_H

#include "core/nn/real.h"

/* Scores of one image, [classes], against its label. Computed in double. What
 * is not finite in the scores makes the results NaN or infinite. */

/* Cross-entropy: -log softmax(scores)[label]. gradient, unless NULL, receives
 * scale times the loss's gradient by the scores. */
double loss_cross_entropy(const real *scores, int classes, int label, double scale,
                          real *gradient);

void loss_softmax(float *probabilities, const real *scores, int classes);

/* The first of the largest. */
int loss_best(const real *scores, int classes);

#endif
