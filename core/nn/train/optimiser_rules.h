#ifndef NN_OPTIMISER_RULES_H
#define NN_OPTIMISER_RULES_H

#include "core/nn/real.h"

#include <stdbool.h>
#include <stddef.h>

/* What optimisers do to parameters, loops over plain arrays; for optimiser.c.
 * They allocate nothing and are thread-safe. Every rule is that of torch.optim
 * 1.13, its operations in the same order, and every number of a step is
 * computed in double and rounded once, as there. */

/* What is common to all. */
struct rule {
    real lr;
    real scale; /* of the gradient, then */
    real limit; /* it is cut to +-limit */
    real weight_decay;
    real eps;
};

struct rule_rmsprop {
    struct rule common;
    real alpha;
    real one_minus_alpha;
    real momentum;
};

/* grad_avg, momentum_buffer: NULL for not centered, no momentum. */
void rule_rmsprop(real *p, real *square_avg, real *grad_avg, real *momentum_buffer,
                  const real *gradient, const struct rule_rmsprop *rule, size_t count);

struct rule_sgd {
    struct rule common;
    real momentum;
    real one_minus_dampening; /* 1 in the first step, which fills the buffer */
    bool nesterov;
};

/* momentum_buffer: NULL for none. */
void rule_sgd(real *p, real *momentum_buffer, const real *gradient, const struct rule_sgd *rule,
              size_t count);

struct rule_adam {
    struct rule common; /* lr: divided by the first bias correction */
    real shrink;        /* of the parameter, before anything else */
    real beta1;
    real one_minus_beta1;
    real beta2;
    real one_minus_beta2;
    real root_correction; /* root of the second bias correction */
};

/* max_exp_avg_sq: NULL without amsgrad. */
void rule_adam(real *p, real *exp_avg, real *exp_avg_sq, real *max_exp_avg_sq,
               const real *gradient, const struct rule_adam *rule, size_t count);

/* lr: decayed */
void rule_adagrad(real *p, real *sum, const real *gradient, const struct rule *rule,
                  size_t count);

struct rule_adadelta {
    struct rule common;
    real rho;
    real one_minus_rho;
};

void rule_adadelta(real *p, real *square_avg, real *acc_delta, const real *gradient,
                   const struct rule_adadelta *rule, size_t count);

#endif
