#ifndef NN_BATCH_H
#define NN_BATCH_H

#include "core/base/error.h"
#include "core/nn/dataset.h"
#include "core/nn/graph/net.h"
#include "core/nn/real.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Examples: what a net answers one by one. Samples have T frames; an example
 * is F of them, T / F examples a sample: example e is the (e % (T / F))-th of
 * sample subset.rows[e / (T / F)]. F is net_frames_per_example(): 1, or T for a
 * net with 'input stack'. */

/* Can this net read this data? Sizes must agree, rows exist, and labels
 * be one of the net's classes or, if `unlabelled` is allowed, none. Also checks
 * that examples can be counted in a u32, and stores their count. */
int batch_check(uint32_t *ret_examples, const struct net *net, const struct dataset *data,
                struct subset subset, bool unlabelled, struct error *err) MUST_CHECK;

/* T / F */
static inline int batch_examples_per_sample(const struct dataset *data, const struct net *net)
{
    return data->frames_per_sample / net_frames_per_example(net);
}

static inline size_t batch_row(const struct dataset *data, const struct net *net,
                               struct subset subset, uint32_t example)
{
    return subset.rows[example / (uint32_t)batch_examples_per_sample(data, net)];
}

/* One frame, counted over all samples, as the net is given it:
 * planes[3][height][width]. */
void batch_load_frame(real *planes, const struct dataset *data, size_t frame);

/* `count` examples likewise: input[count][F][3][height][width]. */
void batch_load(real *input, const struct dataset *data, const struct net *net,
                struct subset subset, const uint32_t *examples, int count);

#endif
