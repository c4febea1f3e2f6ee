#ifndef NN_FEED_H
#define NN_FEED_H

#include "core/base/error.h"
#include "core/nn/dataset.h"
#include "core/nn/graph/net.h"
#include "core/nn/train/augment.h"
#include "core/nn/train/batch.h"
#include "core/nn/train/loss.h"

#include <stdbool.h>
#include <stdint.h>

/* What the epochs of a training read: which samples and frames, how they are
 * changed, and what the net should say to them. All of it follows from the seed
 * and the epoch's number, so there is nothing to store in a checkpoint. */

struct feed_options {
    struct augment_options augment;
    bool one_frame;  /* an epoch reads one frame of a sample, drawn anew, instead of all */
    double fraction; /* an epoch reads this part of the samples, above 0, at most 1 */
};

/* All samples and frames as they are. */
struct feed_options feed_defaults(void);

/* Filled by feed_open(); owns nothing. Not to be changed, so threads share it. */
struct feed {
    const struct net *net;
    const struct dataset *data;
    struct subset subset;
    struct feed_options options;
    uint64_t seed;
    bool augmented;
    uint32_t per_sample; /* examples of a sample that an epoch reads */
    uint32_t samples;    /* samples that an epoch reads */
};

/* All arguments but options must outlive the feed. ERR_VALUE where options are
 * out of range, do not go with the net, or where batch_check() says so; labels
 * are needed. */
int feed_open(struct feed *ret, const struct net *net, const struct dataset *data,
              struct subset subset, const struct feed_options *options, uint64_t seed,
              struct error *err) MUST_CHECK;

/* Examples of an epoch. */
uint32_t feed_examples(const struct feed *feed);

/* The epoch's examples, [feed_examples()] ascending numbers. With a fraction,
 * the subset is cut into as many equal runs of neighbours as there are samples
 * to read, and one of each run is drawn: rows of a pack stand clip by clip, so
 * near-duplicates are not drawn together, and all clips have their share. */
void feed_list(const struct feed *feed, uint64_t epoch, uint32_t *examples);

/* `count` of them as the net reads them: input[count][F][3][height][width]. */
void feed_load(const struct feed *feed, uint64_t epoch, real *input, const uint32_t *examples,
               int count);

/* What an example should be taken for. */
struct loss_target feed_target(const struct feed *feed, uint64_t epoch, uint32_t example);

#endif
