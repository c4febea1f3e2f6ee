#ifndef VIDEO_CHOOSE_H
#define VIDEO_CHOOSE_H

#include <stdint.h>

/* Which frames of a clip a sample holds: a pure function of numbers. */

enum choose_rule {
    CHOOSE_CENTERS, /* the centres of `count` equal segments */
    CHOOSE_UNIFORM, /* evenly spaced, from the first frame to the last */
};

/* Fill index[0 .. count-1] with frame numbers in 0 .. n-1, ascending, for a
 * clip of n >= 1 frames. With n < count some repeat.
 *
 *   CHOOSE_CENTERS  index[i] = floor((2 i + 1) n / (2 count))
 *   CHOOSE_UNIFORM  index[i] = round(i (n - 1) / (count - 1)), halves upward;
 *                   frame 0 for count = 1
 */
void choose_frames(enum choose_rule rule, uint32_t n, uint32_t count, uint32_t *index);

#endif
