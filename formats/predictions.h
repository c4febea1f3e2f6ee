#ifndef FORMATS_PREDICTIONS_H
#define FORMATS_PREDICTIONS_H

#include "core/base/error.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

/* What a network says of the frames of some samples, and the table that
 * predict makes of it. */

struct predictions {
    const float *probabilities; /* softmax [samples][frames_per_sample][classes] */
    size_t samples;
    int frames_per_sample;
    int classes;
    const char *const *class_names; /* [classes] */
};

/* The mean over the frames of a sample's softmax: `scores` has [classes].
 * Summed in double, in frame order. */
void predictions_sample_scores(const struct predictions *predictions, size_t sample,
                               double *scores);

/* The same for one frame: its softmax. */
void predictions_frame_scores(const struct predictions *predictions, size_t sample, int frame,
                              double *scores);

/* The class with the largest score; of several the first. count > 0. */
int predictions_best(const double *scores, int count);

struct predictions_format {
    bool by_sample; /* a line per sample, not per frame */
    bool names;     /* class names, not numbers */
    bool scores;    /* a column with the softmax of every class, six digits */
};

/* Write the table to `out`: "Id,Class" and a line per frame (or sample) in
 * order, Id counting from 0. `name` is the file's, for messages: ERR_IO where
 * it cannot be written. Flushes `out`. */
int predictions_write(FILE *out, const char *name, const struct predictions *predictions,
                      struct predictions_format format, struct error *err) MUST_CHECK;

#endif
