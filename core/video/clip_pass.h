#ifndef VIDEO_CLIP_PASS_H
#define VIDEO_CLIP_PASS_H

#include "core/video/clip.h"
#include "core/video/demux.h"
#include "core/video/scale.h"

/* The two ways through a clip. Both give the same. */

/* What is asked for, and where it goes: see clip_read(), but in ascending order
 * of frame numbers. */
struct clip_target {
    struct scaler *scaler;
    struct choice choice;
    uint32_t picks;     /* K T */
    size_t frame_bytes; /* of one packed frame */
    uint8_t *pixels;    /* NULL: decode only */
    uint32_t *index;
    double *timestamp;
};

/* Decode everything. *demux is freshly opened, without `quick`; it may be
 * closed and opened again, and stays the caller's. Errors: those of
 * clip_read(). */
int clip_pass_whole(const struct clip_target *target, struct demux **demux, int fd,
                    const char *name, struct clip_info *ret, struct error *err) MUST_CHECK;

/* Decode what is needed. *demux is freshly opened, with or without `quick`;
 * afterwards it is used up, or closed and NULL. 1: done. 0: it cannot be done
 * in that way, or something in it is damaged. Negative: errors, as above. */
int clip_pass_needed(const struct clip_target *target, struct demux **demux, int fd,
                     const char *name, struct clip_info *ret, struct error *err) MUST_CHECK;

#endif
