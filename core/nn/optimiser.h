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

#endif
