#ifndef VIDEO_COUNT_H
#define VIDEO_COUNT_H

#include "core/base/error.h"
#include "core/video/decode.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* n, the number of pictures of a clip.
 *
 * Neither a header nor an index can be trusted with it: packets may hold two
 * pictures or none. So everything is decoded, and pictures are kept on the
 * way as long as they fit, which spares short clips a second decode. */

/* Pictures 0 .. count-1 of a clip, by reference (not copied). */
struct kept_pictures {
    AVFrame **frames;
    uint32_t count;
    uint32_t capacity;
    size_t bytes;  /* that keeping them costs */
    bool overflow; /* there were more than fit; none is kept then */
};

struct picture_count {
    uint32_t n;
    uint32_t width; /* of the first picture, in pixels; 0 when there is none */
    uint32_t height;
};

/* Decode to the end. On success *kept holds all pictures unless
 * kept->overflow. *kept starts zeroed, and the caller empties it with
 * kept_pictures_clear(), also after a failure. No picture at all is a success
 * here. Errors: those of decoder_next(). */
int count_pictures(struct picture_count *ret, struct kept_pictures *kept, struct decoder *decoder,
                   struct error *err) MUST_CHECK;

/* Back to zeros. */
void kept_pictures_clear(struct kept_pictures *kept);

#endif
