#ifndef VIDEO_CHOOSE_H
#define VIDEO_CHOOSE_H

#include <stdbool.h>
#include <stdint.h>

/* Which frames of a clip its samples hold: a pure function of numbers. The
 * formulas are in docs/choosing-frames.md, too. */

enum choose_rule {
    CHOOSE_CENTERS,     /* the centres of K T equal segments */
    CHOOSE_UNIFORM,     /* evenly spaced, from the first frame to the last */
    CHOOSE_RANDOM,      /* one drawn from each of K T equal segments */
    CHOOSE_CONSECUTIVE, /* K runs of T frames, `stride` apart, spread evenly */
    CHOOSE_FIRST,       /* one run of K T frames, `stride` apart, at the start */
    CHOOSE_MIDDLE,      /* the same about the middle */
};

struct choice {
    enum choose_rule rule;
    uint32_t samples; /* K >= 1 */
    uint32_t frames;  /* T >= 1; K T < 2^31 */
    uint32_t stride;  /* S >= 1, of the last three rules */
    uint64_t draw;    /* what CHOOSE_RANDOM draws by: the clip's own number */
};

/* Fill index[K][T] with frame numbers in 0 .. n-1 for a clip of n >= 1 frames.
 * With C = K T, and i = k T + t the place of frame t of sample k:
 *
 *   CHOOSE_CENTERS      floor((2 i + 1) n / (2 C))
 *   CHOOSE_UNIFORM      round(i (n - 1) / (C - 1)), halves upward; 0 for C = 1
 *   CHOOSE_RANDOM       a + r, r drawn evenly from 0 .. b - a - 1, with
 *                       a = floor(i n / C), b = floor((i + 1) n / C);
 *                       a where b = a, and then nothing is drawn
 *   CHOOSE_CONSECUTIVE  min(s + t S, n - 1), s = floor((2 k + 1) m / (2 K)) with
 *                       m = n - (T - 1) S places to begin, or s = 0 for m < 1
 *   CHOOSE_FIRST        min(i S, n - 1)
 *   CHOOSE_MIDDLE       min(s + i S, n - 1), s = floor((n - 1 - (C - 1) S) / 2),
 *                       not less than 0
 *
 * The draws come from random_seed(draw, 0), in the order of i. The numbers of
 * a sample ascend; where a clip is too short, some repeat. */
void choose_frames(const struct choice *choice, uint32_t n, uint32_t *index);

/* How many frames a clip must have for none to stand twice in a sample; with
 * the rules other than CHOOSE_CONSECUTIVE, in all its samples. */
uint64_t choose_length(const struct choice *choice);

/* Do the numbers of all samples, one after the other, ascend for every n? */
bool choose_is_ascending(const struct choice *choice);

#endif
