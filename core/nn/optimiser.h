#ifndef NN_OPTIMISER_H
#define NN_OPTIMISER_H

#include "core/base/error.h"
#include "core/nn/real.h"

#include <stddef.h>

/* Optimisers over the flat parameter array, with PyTorch's semantics. */

enum optimiser_kind {
    OPTIMISER_RMSPROP,
};

struct optimiser_options {
    enum optimiser_kind kind;
    double lr;           /* learning rate, > 0 */
    double alpha;        /* RMSprop: smoothing constant */
    double eps;          /* added to the denominator */
    double weight_decay; /* L2 penalty, added to the gradient */
    double momentum;
};

/* RMSprop with PyTorch's defaults but lr 1e-4, the tutorial's. */
struct optimiser_options optimiser_defaults(void);

/* An optimiser and all that it remembers between steps: plain arrays. */
struct optimiser {
    struct optimiser_options options;
    size_t total;          /* parameters */
    real *square_average;  /* [total] */
    real *momentum_buffer; /* [total], or NULL without momentum */
};

/* Options out of range are ERR_VALUE; the message names the option. */
int optimiser_open(struct optimiser *ret, const struct optimiser_options *options, size_t total,
                   struct error *err) MUST_CHECK;

/* Accepts a zeroed optimiser. */
void optimiser_close(struct optimiser *optimiser);

/* One step for parameters first .. first+count-1. Different ranges may run in
 * different threads: every parameter is on its own. */
void optimiser_step(struct optimiser *optimiser, real *parameters, const real *gradient,
                    size_t first, size_t count);

#endif
