#ifndef NN_BATCH_H
#define NN_BATCH_H

#include "core/base/error.h"
#include "core/nn/dataset.h"
#include "core/nn/net.h"
#include "core/nn/real.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Examples: the frames of a subset. Example e is frame e % T of sample
 * subset.rows[e / T], T being frames_per_sample. */

/* Can this net read this data? Frame sizes must agree, rows exist, and labels
 * be one of the net's classes or, if `unlabelled` is allowed, none. Also checks
 * that examples can be counted in a u32, and stores their count. */
int batch_check(uint32_t *ret_examples, const struct net *net, const struct dataset *data,
                struct subset subset, bool unlabelled, struct error *err) MUST_CHECK;

static inline size_t batch_row(const struct dataset *data, struct subset subset, uint32_t example)
{
    return subset.rows[example / (uint32_t)data->frames_per_sample];
}

/* The frames of `count` examples as numbers 0..1: input[count][3][height][width]. */
void batch_load(real *input, const struct dataset *data, struct subset subset,
                const uint32_t *examples, int count);

#endif
