#ifndef VIDEO_FIT_H
#define VIDEO_FIT_H

#include "core/video/clip.h"

/* Which part of a picture goes to which part of the packed frame: a pure
 * function of numbers, all in whole pixels. */

struct box {
    int x, y;          /* of the top left corner, from the left and the top */
    int width, height; /* >= 1 */
};

/* A picture, upright. */
struct fit_picture {
    int width, height;      /* 1 .. 2^24; those of the target 1 .. 2^14 */
    int sar_num, sar_den;   /* shape of a pixel, width to height; 0 in either: square */
    int align_x, align_y;   /* where a cut may be: a power of two */
};

struct fit_boxes {
    struct box source; /* what is cut out of the picture */
    struct box target; /* where it is scaled to; black outside */
};

/*   FIT_CROP     the largest centred part of the target's shape, its sizes
 *                rounded down to align_x and align_y. Offset and all, it is
 *                what ffmpeg's crop filter cuts when it is told the size alone.
 *   FIT_STRETCH  everything to everything.
 *   FIT_PAD      everything to the largest centred part of the target that has
 *                the picture's shape, its offset rounded down.
 *
 * Sizes that come out of a ratio are rounded to the nearest (halves up), to 1
 * at least. The shape of pixels counts, so that a circle stays one, except
 * where it is square within 2 %: a few UCF101 clips say 1.003, and mean the
 * same 320x240 as all the others. */
struct fit_boxes fit_boxes(enum clip_fit fit, const struct fit_picture *picture, int width,
                           int height);

#endif
