#ifndef NN_POOLING_H
#define NN_POOLING_H

#include "core/nn/graph/layer.h"
#include "core/nn/kernels/kernels.h"

/* What the lines of maxpool and avgpool have in common. */

/* Read size, stride, padding and, where `keys` has it, dilation. `keys` (ends
 * with NULL) are all options that the layer knows. */
int pooling_read_line(struct window *w, const struct layer_build *build, const char *const *keys,
                      struct error *err) MUST_CHECK;

/* Does the window fit what the layer reads? Fills w->in and w->out; every
 * window then holds at least one place of the plane. */
int pooling_check_input(struct window *w, const struct layer_build *build,
                        struct error *err) MUST_CHECK;

#endif
