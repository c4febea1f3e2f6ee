#ifndef NN_NORMALISE_H
#define NN_NORMALISE_H

#include "core/base/error.h"
#include "core/base/threads.h"
#include "core/nn/dataset.h"
#include "core/nn/real.h"

#include <stddef.h>

/* Numbers of mean 0 and standard deviation 1 out of bytes. */

/* The mean and (population) standard deviation of byte / 255 in each channel,
 * over all frames of the subset: sums are whole numbers, and so exact. A
 * channel that never changes has standard deviation 1. ERR_VALUE for a subset
 * without samples. */
int normalise_measure(struct normalisation *ret, const struct dataset *data,
                      struct subset subset, struct threads *threads,
                      struct error *err) MUST_CHECK;

/* x = (x - mean) / std over `count` numbers of a channel (as a product with the
 * reciprocal). Thread-safe. */
void normalise_channel(real *x, size_t count, const struct normalisation *normalise,
                       int channel);

#endif
