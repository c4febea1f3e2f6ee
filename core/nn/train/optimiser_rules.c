#include "core/nn/train/optimiser_rules.h"

#include <math.h>

static inline real root(real x)
{
#ifdef NN_DOUBLE
    return sqrt(x);
#else
    return sqrtf(x);
#endif
}

// The gradient as the rules see it: clipped, with the penalty's.
static inline real taken(real g, real p, const struct rule *rule)
{
    g *= rule->scale;
    g = g < -rule->limit ? -rule->limit : g;
    g = g > rule->limit ? rule->limit : g;
    return rule->weight_decay != 0 ? g + rule->weight_decay * p : g;
}

void rule_rmsprop(real *restrict p, real *restrict square_avg, real *restrict grad_avg,
                  real *restrict momentum_buffer, const real *restrict gradient,
                  const struct rule_rmsprop *rule, size_t count)
{
    const struct rule_rmsprop r = *rule;
    for (size_t i = 0; i < count; i++) {
        real g = taken(gradient[i], p[i], &r.common);
        real average = square_avg[i] * r.alpha + r.one_minus_alpha * g * g;
        square_avg[i] = average;
        if (grad_avg) {
            real mean = grad_avg[i] * r.alpha + r.one_minus_alpha * g;
            grad_avg[i] = mean;
            average -= mean * mean;
        }
        real divisor = root(average) + r.common.eps;
        if (momentum_buffer) {
            momentum_buffer[i] = momentum_buffer[i] * r.momentum + g / divisor;
            p[i] += -r.common.lr * momentum_buffer[i];
        } else {
            p[i] += -r.common.lr * g / divisor;
        }
    }
}

void rule_sgd(real *restrict p, real *restrict momentum_buffer, const real *restrict gradient,
              const struct rule_sgd *rule, size_t count)
{
    const struct rule_sgd r = *rule;
    for (size_t i = 0; i < count; i++) {
        real g = taken(gradient[i], p[i], &r.common);
        if (momentum_buffer) {
            real buffer = momentum_buffer[i] * r.momentum + r.one_minus_dampening * g;
            momentum_buffer[i] = buffer;
            g = r.nesterov ? g + r.momentum * buffer : buffer;
        }
        p[i] += -r.common.lr * g;
    }
}

void rule_adam(real *restrict p, real *restrict exp_avg, real *restrict exp_avg_sq,
               real *restrict max_exp_avg_sq, const real *restrict gradient,
               const struct rule_adam *rule, size_t count)
{
    const struct rule_adam r = *rule;
    for (size_t i = 0; i < count; i++) {
        real g = taken(gradient[i], p[i], &r.common);
        real shrunk = p[i] * r.shrink;
        real mean = exp_avg[i] * r.beta1 + r.one_minus_beta1 * g;
        real square = exp_avg_sq[i] * r.beta2 + r.one_minus_beta2 * g * g;
        exp_avg[i] = mean;
        exp_avg_sq[i] = square;
        if (max_exp_avg_sq) {
            square = square > max_exp_avg_sq[i] ? square : max_exp_avg_sq[i];
            max_exp_avg_sq[i] = square;
        }
        real divisor = root(square) / r.root_correction + r.common.eps;
        p[i] = shrunk + -r.common.lr * mean / divisor;
    }
}

void rule_adagrad(real *restrict p, real *restrict sum, const real *restrict gradient,
                  const struct rule *rule, size_t count)
{
    const struct rule r = *rule;
    for (size_t i = 0; i < count; i++) {
        real g = taken(gradient[i], p[i], &r);
        sum[i] += g * g;
        p[i] += -r.lr * g / (root(sum[i]) + r.eps);
    }
}

void rule_adadelta(real *restrict p, real *restrict square_avg, real *restrict acc_delta,
                   const real *restrict gradient, const struct rule_adadelta *rule, size_t count)
{
    const struct rule_adadelta r = *rule;
    for (size_t i = 0; i < count; i++) {
        real g = taken(gradient[i], p[i], &r.common);
        square_avg[i] = square_avg[i] * r.rho + r.one_minus_rho * g * g;
        real delta = root(acc_delta[i] + r.common.eps) / root(square_avg[i] + r.common.eps) * g;
        acc_delta[i] = acc_delta[i] * r.rho + r.one_minus_rho * delta * delta;
        p[i] += -r.common.lr * delta;
    }
}
