#ifndef NN_AUGMENT_H
#define NN_AUGMENT_H

#include "core/base/error.h"
#include "core/nn/dataset.h"
#include "core/nn/real.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Augmentation: a training reads every sample a little differently in every
 * epoch. docs/augmentation.md says what each option does, and to which of
 * torchvision's transforms it belongs.
 *
 * What is done to a sample follows from a key (of seed, epoch and sample)
 * alone: all its frames are treated alike, and no batch, order or number of
 * threads changes anything. Each option has random numbers of its own, so that
 * one more changes none of the others. Everything here is thread-safe and
 * allocates nothing. */

struct augment_options {
    double hflip;      /* probability of mirroring left and right, 0 .. 1 */
    int crop_pad;      /* pixels by which a frame is moved at most, each way; >= 0 */
    double scale[2];   /* area of the part that is cut out, 0 < low <= high <= 1 of a frame */
    double aspect;     /* its width by its height, by a frame's: 1/aspect .. aspect; >= 1 */
    double rotate;     /* degrees, both ways, 0 .. 180 */
    double brightness; /* a factor in max(0, 1 - brightness) .. 1 + brightness; >= 0 */
    double contrast;   /* the same, around the sample's mean grey */
    double saturation; /* the same, around each pixel's grey */
    double hue;        /* turns of the colour circle, both ways, 0 .. 0.5 */
    double gain;       /* a factor for each channel in 1 - gain .. 1 + gain; 0 .. 1 */
    double grey;       /* probability of no colour, 0 .. 1 */
    double erase;      /* probability of an erased rectangle, 0 .. 1 */
    double mixup;      /* alpha of a blend with another sample; 0: never */
    double cutmix;     /* alpha of a rectangle of another sample; 0: never */
};

/* Nothing is done. */
struct augment_options augment_defaults(void);

bool augment_is_on(const struct augment_options *options);

/* ERR_VALUE naming the option, its value and its range. */
int augment_check(const struct augment_options *options, struct error *err) MUST_CHECK;

/* Pixels x0 <= x < x1, y0 <= y < y1; empty where x0 == x1. */
struct augment_box {
    int x0, y0, x1, y1;
};

/* What is done to all frames of one sample. */
struct augment_view {
    bool moved;
    real at[2][3]; /* output pixel x, y shows the source at column at[0][0] x + at[0][1] y +
                      at[0][2] and row at[1][0] x + ...; 0, 0 is the centre of the first pixel */
    bool coloured;
    real colour[3][4]; /* r, g, b and 1 to r, g, b */
    struct augment_box erased;
};

/* What is done to the sample in this row of the data. */
struct augment_view augment_draw_view(const struct augment_options *options, uint64_t key,
                                      const struct dataset *data, size_t row);

/* How a sample is mixed with another one. */
struct augment_mix {
    bool mixed;
    uint64_t other;         /* 64 random bits: which */
    double weight;          /* the sample's own, 0 .. 1; the rest is the other's */
    bool is_box;            /* cutmix: the other's pixels fill `box`; else all are blended */
    struct augment_box box;
};

struct augment_mix augment_draw_mix(const struct augment_options *options, uint64_t key,
                                    int height, int width);

/* How rendered pixels are put to others that are there. */
struct augment_ink {
    enum { INK_WRITE, INK_ADD, INK_BOX } how; /* all; added to all; written within `box` */
    real weight;                              /* what they are multiplied by, but for INK_BOX */
    struct augment_box box;
};

/* One frame, [height][width][3] bytes, into planes[3][height][width]: moved,
 * coloured, normalised, erased. Outside the frame its edge goes on. What is
 * erased is 0: the mean where there is normalisation, else black. */
void augment_render(real *planes, const uint8_t *frame, const struct dataset *data,
                    const struct augment_view *view, const struct augment_ink *ink);

#endif
