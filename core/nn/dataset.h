#ifndef NN_DATASET_H
#define NN_DATASET_H

#include <stddef.h>
#include <stdint.h>

/* A view of labelled frames in memory, owned by someone else (a mapped pack). */
struct dataset {
    const uint8_t *frames;  /* [samples][frames_per_sample][height][width][3] RGB */
    const uint16_t *labels; /* [samples], 0 .. classes-1, or DATASET_UNLABELLED */
    size_t samples;
    int frames_per_sample;
    int height;
    int width;
};

enum { DATASET_UNLABELLED = 0xffff };

/* Some of its samples, in an order. */
struct subset {
    const uint32_t *rows; /* [count] sample numbers */
    size_t count;
};

#endif
