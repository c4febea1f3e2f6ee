#ifndef TOOLS_SLOT_H
#define TOOLS_SLOT_H

#include "core/base/error.h"
#include "core/video/clip.h"

#include <stddef.h>
#include <stdint.h>

/* What decoding one clip gives, as it lies in the memory that a worker shares
 * with the parent: pixels [K][T][H][W][3], frame numbers [K][T], timestamps
 * [K][T]. */

struct slot_shape {
    size_t frames;       /* K T */
    size_t sample;       /* T */
    size_t frame_bytes;  /* H W 3 */
    size_t index_offset; /* of the frame numbers, in bytes */
    size_t time_offset;  /* of the timestamps */
    size_t size;         /* of it all */
};

/* ERR_USAGE when a clip's frames would take more than 1 GiB. */
int slot_shape_of(struct slot_shape *ret, const struct clip_options *options,
                  struct error *err) MUST_CHECK;

/* The three parts of a slot. */
uint8_t *slot_pixels(const struct slot_shape *shape, void *slot);
uint32_t *slot_index(const struct slot_shape *shape, void *slot);
double *slot_time(const struct slot_shape *shape, void *slot);

#endif
