#ifndef NN_OPTIMISER_H
#define NN_OPTIMISER_H

#include "core/base/error.h"
#include "core/nn/real.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Optimisers over the flat parameter array, with the rules, names and order of
 * operations of torch.optim 1.13. */

enum optimiser_kind {
    OPTIMISER_RMSPROP,
    OPTIMISER_SGD,
    OPTIMISER_ADAM,
    OPTIMISER_ADAMW,
    OPTIMISER_ADAGRAD,
    OPTIMISER_ADADELTA,
    OPTIMISER_KINDS,
};

/* How the kinds are called, in the order of the enum; ends with NULL. */
extern const char *const optimiser_names[OPTIMISER_KINDS + 1];

/* What a kind does not use is ignored. */
struct optimiser_options {
    enum optimiser_kind kind;
    double lr;           /* learning rate, > 0 */
    double weight_decay; /* L2 penalty, added to the gradient; AdamW: shrinks the parameter */
    double eps;          /* added to the denominator; all but SGD */
    double momentum;     /* RMSprop, SGD */
    double dampening;    /* SGD: of what goes into the momentum */
    bool nesterov;       /* SGD: needs momentum, and no dampening */
    double alpha;        /* RMSprop: smoothing of squares */
    bool centered;       /* RMSprop: divide by the deviation from a mean gradient */
    double beta1;        /* Adam, AdamW: smoothing of gradients */
    double beta2;        /* Adam, AdamW: smoothing of squares */
    bool amsgrad;        /* Adam, AdamW: divide by the largest average of squares */
    double lr_decay;     /* Adagrad */
    double initial_accumulator_value; /* Adagrad */
    double rho;          /* Adadelta: smoothing of squares */
    double clip_norm;    /* 0, or the largest norm of the gradient: clip_grad_norm_ */
    double clip_value;   /* 0, or the largest number in it: clip_grad_value_, after that */
};

/* PyTorch's defaults; but RMSprop's lr is 1e-4, the tutorial's, and that of
 * SGD, which has none there, 1e-3. */
struct optimiser_options optimiser_defaults(enum optimiser_kind kind);

enum { OPTIMISER_ARRAYS_MAX = 3 };

/* Numbers that an optimiser remembers, one for each parameter. */
struct optimiser_array {
    const char *name; /* PyTorch's: "exp_avg" */
    real *values;     /* [total], 64-byte aligned */
};

/* An optimiser and all that it remembers between steps: plain numbers, which a
 * checkpoint may take and put back. */
struct optimiser {
    struct optimiser_options options;
    size_t total;   /* parameters */
    uint64_t steps; /* begun so far */
    int array_count;
    struct optimiser_array arrays[OPTIMISER_ARRAYS_MAX];

    /* Of the step that was begun: not to be remembered. */
    double lr;
    double momentum; /* beta1 of Adam and AdamW */
    double scale;    /* what every gradient is multiplied with */
};

/* Does a schedule have a momentum to move: momentum, or beta1? */
bool optimiser_has_momentum(enum optimiser_kind kind);

/* How many arrays it remembers. `moving` as below. */
int optimiser_array_count(const struct optimiser_options *options, bool moving);

/* `moving` keeps room for a momentum that optimiser_begin() will bring, where
 * the options have none. Options out of range are ERR_VALUE; the message names
 * the option. */
int optimiser_open(struct optimiser *ret, const struct optimiser_options *options, bool moving,
                   size_t total, struct error *err) MUST_CHECK;

/* Accepts a zeroed optimiser. */
void optimiser_close(struct optimiser *optimiser);

/* A step with this learning rate and momentum begins (those of the options,
 * where no schedule says otherwise). `norm` is the gradient's, needed with
 * clip_norm only. */
void optimiser_begin(struct optimiser *optimiser, double lr, double momentum, double norm);

/* The step for parameters first .. first+count-1. Different ranges may run in
 * different threads: every parameter is on its own. */
void optimiser_step(const struct optimiser *optimiser, real *parameters, const real *gradient,
                    size_t first, size_t count);

/* The sum of the squares, added up in double in a fixed order. */
double optimiser_squares(const real *gradient, size_t count);

#endif
