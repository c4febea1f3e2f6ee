#include "core/nn/train/loss.h"

#include <math.h>
#include <stddef.h>

/* The losses that a training can choose from, and their options. */

struct target {
    const real *scores;
    int classes;
    struct loss_target to;
    double log_sum; // log(sum(exp(scores)))
};

static double weight_of(const struct loss *loss, int class)
{
    return loss->weights ? loss->weights[class] : 1;
}

// The share of class c in a target: 1 for a plain label.
static double share_of(struct loss_target to, int c)
{
    return (c == to.label ? to.weight : 0) + (c == to.other ? 1 - to.weight : 0);
}

// weight * target of class c
static double wanted(const struct loss *loss, const struct target *t, int c)
{
    double target = loss->smoothing / t->classes + share_of(t->to, c) * (1 - loss->smoothing);
    return weight_of(loss, c) * target;
}

// With q[c] = weight[c] * target[c] the loss is -sum(q log p), and its gradient
// by score k is p[k] sum(q) - q[k].
static double cross_entropy(const struct loss *loss, const struct target *t, double scale,
                            real *gradient)
{
    double value = 0;
    double sum = 0;
    for (int c = 0; c < t->classes; c++) {
        double q = wanted(loss, t, c);
        sum += q;
        value += q > 0 ? q * (t->log_sum - (double)t->scores[c]) : 0;
    }
    for (int c = 0; gradient && c < t->classes; c++) {
        double p = exp((double)t->scores[c] - t->log_sum);
        gradient[c] = (real)(scale * (sum * p - wanted(loss, t, c)));
    }
    return value;
}

static double squared(const struct target *t, double scale, real *gradient)
{
    double value = 0;
    for (int c = 0; c < t->classes; c++) {
        double difference = (double)t->scores[c] - share_of(t->to, c);
        value += difference * difference / t->classes;
        if (gradient) {
            gradient[c] = (real)(scale * 2 * difference / t->classes);
        }
    }
    return value;
}

// The two below are of one label, and add to the gradient.

static double hinge(const struct loss *loss, const struct target *t, int label, double scale,
                    real *gradient)
{
    double share = weight_of(loss, label) / t->classes;
    double own = (double)t->scores[label];
    double value = 0;
    double pushed = 0;
    for (int c = 0; c < t->classes; c++) {
        double over = loss->margin - own + (double)t->scores[c];
        if (c == label || over <= 0) {
            continue;
        }
        value += share * (loss->power == 2 ? over * over : over); // NaN stays NaN
        double slope = scale * share * (loss->power == 2 ? 2 * over : 1);
        pushed += slope;
        if (gradient) {
            gradient[c] += (real)slope;
        }
    }
    if (gradient) {
        gradient[label] -= (real)pushed;
    }
    return value;
}

// With L = log p[label] and r = 1 - p[label]: the loss is -r^gamma L, its
// derivative by L is gamma r^(gamma-1) p L - r^gamma, and dL/dscore[k] is
// (k == label) - p[k].
static double focal(const struct loss *loss, const struct target *t, int label, double scale,
                    real *gradient)
{
    double weight = weight_of(loss, label);
    double log_p = (double)t->scores[label] - t->log_sum;
    double p = exp(log_p);
    double rest = -expm1(log_p);
    double slope = -pow(rest, loss->gamma);
    if (loss->gamma > 0 && rest > 0) {
        slope += loss->gamma * pow(rest, loss->gamma - 1) * p * log_p;
    }
    for (int c = 0; gradient && c < t->classes; c++) {
        double chosen = c == label ? rest : -exp((double)t->scores[c] - t->log_sum);
        gradient[c] += (real)(scale * weight * slope * chosen);
    }
    return -weight * pow(rest, loss->gamma) * log_p;
}

// Each label's loss by its share. What has no share does not count, even where
// it is infinite.
static double mix_labels(const struct loss *loss, const struct target *t, double scale,
                         real *gradient)
{
    const int labels[2] = {t->to.label, t->to.other};
    const double shares[2] = {t->to.weight, 1 - t->to.weight};
    double value = 0;
    for (int c = 0; gradient && c < t->classes; c++) {
        gradient[c] = 0;
    }
    for (int i = 0; i < 2; i++) {
        if (shares[i] > 0) {
            value += shares[i] * (loss->kind == LOSS_HINGE
                                  ? hinge(loss, t, labels[i], scale * shares[i], gradient)
                                  : focal(loss, t, labels[i], scale * shares[i], gradient));
        }
    }
    return value;
}

double loss_compute_mixed(const struct loss *loss, const real *scores, int classes,
                          struct loss_target target, double scale, real *gradient)
{
    struct target t = {scores, classes, target, 0};
    switch (loss->kind) {
    case LOSS_CROSS_ENTROPY:
        t.log_sum = loss_log_sum(scores, classes);
        return cross_entropy(loss, &t, scale, gradient);
    case LOSS_SQUARED:
        return squared(&t, scale, gradient);
    case LOSS_FOCAL:
        t.log_sum = loss_log_sum(scores, classes);
        return mix_labels(loss, &t, scale, gradient);
    case LOSS_HINGE:
        return mix_labels(loss, &t, scale, gradient);
    case LOSS_KINDS:
        break;
    }
    return 0;
}

double loss_compute(const struct loss *loss, const real *scores, int classes, int label,
                    double scale, real *gradient)
{
    return loss_compute_mixed(loss, scores, classes, loss_target_of(label), scale, gradient);
}

double loss_share_mixed(const struct loss *loss, struct loss_target target)
{
    return target.weight * loss_share(loss, target.label)
         + (1 - target.weight) * loss_share(loss, target.other);
}

double loss_share(const struct loss *loss, int label)
{
    return loss->kind == LOSS_CROSS_ENTROPY ? weight_of(loss, label) : 1;
}

const char *const loss_names[LOSS_KINDS + 1] = {
    [LOSS_CROSS_ENTROPY] = "cross-entropy",
    [LOSS_HINGE] = "hinge",
    [LOSS_SQUARED] = "squared",
    [LOSS_FOCAL] = "focal",
    [LOSS_KINDS] = NULL,
};

struct loss loss_defaults(void)
{
    return (struct loss){.kind = LOSS_CROSS_ENTROPY, .margin = 1, .power = 1, .gamma = 2};
}

static int check_weights(const struct loss *loss, int classes, struct error *err)
{
    if (loss->weights && loss->kind == LOSS_SQUARED) {
        return error_set(err, ERR_VALUE, "class weights: the loss '%s' has none",
                         loss_names[loss->kind]);
    }
    for (int c = 0; loss->weights && c < classes; c++) {
        if (!(loss->weights[c] > 0 && loss->weights[c] <= 1e6)) {
            return error_set(err, ERR_VALUE, "class weights: %g for class %d; above 0 and at most "
                             "1e6 is needed", loss->weights[c], c);
        }
    }
    return 0;
}

int loss_check(const struct loss *loss, int classes, struct error *err)
{
    const struct loss usual = loss_defaults();
    const struct {
        const char *name;
        double value;
        double low;
        double high;
        double usual;
        enum loss_kind of;
    } options[] = {
        {"label smoothing", loss->smoothing, 0, 1, usual.smoothing, LOSS_CROSS_ENTROPY},
        {"margin", loss->margin, 1e-6, 1e6, usual.margin, LOSS_HINGE},
        {"power", loss->power, 1, 2, usual.power, LOSS_HINGE},
        {"gamma", loss->gamma, 0, 100, usual.gamma, LOSS_FOCAL},
    };
    for (size_t i = 0; i < sizeof options / sizeof options[0]; i++) {
        if (loss->kind != options[i].of) {
            if (options[i].value != options[i].usual) {
                return error_set(err, ERR_VALUE, "%s %g: it belongs to the loss '%s', not to '%s'",
                                 options[i].name, options[i].value, loss_names[options[i].of],
                                 loss_names[loss->kind]);
            }
        } else if (!(options[i].value >= options[i].low && options[i].value <= options[i].high)) {
            return error_set(err, ERR_VALUE, "%s %g: %g to %g is needed", options[i].name,
                             options[i].value, options[i].low, options[i].high);
        }
    }
    return check_weights(loss, classes, err);
}
