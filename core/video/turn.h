#ifndef VIDEO_TURN_H
#define VIDEO_TURN_H

#include "core/base/error.h"

#include <libavutil/frame.h>
#include <stdbool.h>
#include <stdint.h>

/* Pictures that were recorded with the camera on its side: the turn that a
 * display matrix asks for, in steps of 90 degrees, done to the pixels before
 * anything else, as the ffmpeg program's autorotation does it. */
struct turn {
    bool transpose;         /* rows become columns, then: */
    bool mirror_columns;    /* left to right */
    bool mirror_rows;       /* top to bottom */
};

/* From the 3x3 display matrix; NULL means none. Angles that are not within a
 * degree of a multiple of 90 are left alone. */
struct turn turn_from_matrix(const int32_t *matrix);

bool turn_is_none(struct turn turn);

/* Can pictures of this pixel format be turned byte by byte? Not those that
 * share chroma unequally between rows and columns (if transposed), have a
 * palette (if transposed), or pixels that are no whole bytes. */
bool turn_takes_format(struct turn turn, int pixel_format);

/* Put the turned `source` into `target` (unreferenced before; the caller's).
 * The format must be one that turn_takes_format() accepts. ERR_NOMEM. */
int turn_picture(AVFrame *target, const AVFrame *source, struct turn turn,
                 struct error *err) MUST_CHECK;

#endif
