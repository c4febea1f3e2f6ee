#ifndef NN_LAYER_PARTS_H
#define NN_LAYER_PARTS_H

#include "core/nn/kernels/convolution.h"

#include <stdbool.h>
#include <stddef.h>

/* What graph_fuse() must know of the layers that it puts together; states are
 * those of nodes of the kind in the function's name. */

struct conv_parts {
    const struct convolution *convolution;
    size_t weight; /* offsets in the flat arrays */
    size_t bias;
    bool has_bias;
};

struct conv_parts layer_conv_parts(const void *state);

struct batchnorm_parts {
    double eps;
    bool affine;
    size_t weight; /* offsets in the parameters */
    size_t bias;
    size_t running_mean; /* in the buffers */
    size_t running_var;
};

struct batchnorm_parts layer_batchnorm_parts(const void *state);

struct avgpool_parts {
    const struct window *window;
    bool count_padding;
};

struct avgpool_parts layer_avgpool_parts(const void *state);

const struct window *layer_maxpool_window(const void *state);

#endif
