#include "core/nn/train/loss.h"

#include <math.h>

double loss_log_sum(const real *scores, int classes)
{
    // With the largest score taken out exp cannot overflow.
    double largest = (double)scores[loss_best(scores, classes)];
    double sum = 0;
    for (int i = 0; i < classes; i++) {
        sum += exp((double)scores[i] - largest);
    }
    return largest + log(sum);
}

double loss_cross_entropy(const real *scores, int classes, int label, double scale,
                          real *gradient)
{
    double all = loss_log_sum(scores, classes);
    for (int i = 0; gradient && i < classes; i++) {
        double probability = exp((double)scores[i] - all);
        gradient[i] = (real)(scale * (probability - (i == label ? 1 : 0)));
    }
    return all - (double)scores[label];
}

void loss_softmax(float *probabilities, const real *scores, int classes)
{
    double all = loss_log_sum(scores, classes);
    for (int i = 0; i < classes; i++) {
        probabilities[i] = (float)exp((double)scores[i] - all);
    }
}

int loss_best(const real *scores, int classes)
{
    int best = 0;
    for (int i = 1; i < classes; i++) {
        if (scores[i] > scores[best]) {
            best = i;
        }
    }
    return best;
}
