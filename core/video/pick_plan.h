#ifndef VIDEO_PICK_PLAN_H
#define VIDEO_PICK_PLAN_H

#include "core/video/choose.h"

#include <stdbool.h>
#include <stdint.h>

/* Which pictures to take out of a clip that goes by from first to last, when
 * nobody knows yet how many there are: those of a guess. If the guess turns
 * out right, one pass was enough. Pure bookkeeping. */
struct pick_plan {
    uint32_t *index; /* [count], the caller's: choose_frames() for `length`, ascending */
    uint32_t count;
    uint32_t length; /* pictures that the clip is taken to have */
    uint32_t next;   /* picks before this one are served */
};

/* Begin a pass over a clip of `length` >= 1 pictures. */
void pick_plan_start(struct pick_plan *plan, const struct choice *choice, uint32_t *index,
                     uint32_t length);

/* Picture k goes by, in ascending order. The number of picks that it serves:
 * index[*ret_first .. *ret_first + n - 1] are k. */
uint32_t pick_plan_serve(struct pick_plan *plan, uint32_t k, uint32_t *ret_first);

/* All picks are served, of a clip that was found to have `length` pictures. */
bool pick_plan_is_right(const struct pick_plan *plan, uint32_t length);

/* Fill wanted[] (room for `count`) with the numbers in index[], each once. How
 * many there are. */
uint32_t pick_plan_distinct(const struct pick_plan *plan, uint32_t *wanted);

#endif
