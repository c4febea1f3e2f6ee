#ifndef NN_DATASET_H
#define NN_DATASET_H

#include <stddef.h>
#include <stdint.h>

/* What nets are given for a byte: (byte / 255 - mean) / std, per channel. */
struct normalisation {
    double mean[3];
    double std[3]; /* above 0 */
};

/* A view of labelled frames in memory, owned by someone else (a mapped pack). */
struct dataset {
    const uint8_t *frames;  /* [samples][frames_per_sample][height][width][3] RGB */
    const uint16_t *labels; /* [samples], 0 .. classes-1, or DATASET_UNLABELLED */
    size_t samples;
    int frames_per_sample;
    int height;
    int width;
    const struct normalisation *normalise; /* NULL: nets are given byte / 255 */
};

enum { DATASET_UNLABELLED = 0xffff };

/* Some of its samples, in an order. */
struct subset {
    const uint32_t *rows; /* [count] sample numbers */
    size_t count;
};

#endif
