#ifndef DATA_AVI_CLIP_H
#define DATA_AVI_CLIP_H

#include "core/base/error.h"

#include <stdint.h>

/* An MPEG-4 part 2 (XVID) clip in an AVI file, as UCF101 has them. */

enum avi_bframes {
    AVI_NO_BFRAMES,
    AVI_BFRAMES,        /* two between others, each packet one picture */
    AVI_PACKED_BFRAMES, /* the same in DivX's packed chunks: pack_bframes.h */
};

struct avi_clip {
    int width, height;     /* pixels */
    int rate_num, rate_den; /* frames per second; rate_num <= 65535 */
    int frames;
    int key_interval;      /* at most this many frames from one keyframe to the next */
    int quality;           /* the quantiser, 1 (best) .. 31 */
    enum avi_bframes bframes;
};

/* Paints picture number `frame` into bgr [height][width][3], bytes in the order
 * blue, green, red; its old content is the picture before. */
typedef void (*avi_painter)(void *context, int frame, uint8_t *bgr);

/* Write the file at `path` (an existing one is replaced). The same clip gives
 * the same bytes. On failure nothing is left at the path. ERR_VALUE when the
 * encoder refuses the numbers, ERR_IO, ERR_NOMEM. */
int avi_clip_write(const char *path, const struct avi_clip *clip, avi_painter painter,
                   void *context, struct error *err) MUST_CHECK;

#endif
