#ifndef VIDEO_SCALE_H
#define VIDEO_SCALE_H

#include "core/base/error.h"
#include "core/video/clip.h"

#include <libavutil/frame.h>
#include <stdint.h>

/* From a decoded picture to a packed frame: turned upright, cut, scaled and
 * converted to RGB. Byte for byte what the ffmpeg program gives, with its
 * autorotation, for
 *   crop=W:H:X:Y,scale=w:h:flags=area+accurate_rnd+full_chroma_int+bitexact,format=rgb24
 *
 * Some formats cannot be cut or turned as they are (packed 4:2:2 and 4:1:1,
 * pixels smaller than a byte; for a quarter turn also 4:2:2, 4:1:1, 4:4:0 and
 * palettes). These are converted first, at full size, to the format that loses
 * least. ffmpeg does the same; the choice of format was compared with its own
 * for yuyv422, uyvy422, monob and, turned, yuv422p and yuyv422. */
struct scaler;

/* `width` x `height` pixels is the packed frame. Not thread-safe. */
int scaler_open(struct scaler **ret, int width, int height, enum clip_fit fit,
                struct error *err) MUST_CHECK;

/* Write height x width x 3 bytes of RGB to `out`. `matrix` is the stream's
 * display matrix or NULL; the picture's own goes before it. Pictures may
 * change in size and format from call to call. ERR_DECODE when the picture
 * is of a kind that cannot be scaled, ERR_NOMEM. */
int scaler_run(struct scaler *scaler, const AVFrame *picture, const int32_t *matrix, uint8_t *out,
               struct error *err) MUST_CHECK;

/* Accepts NULL; sets *scaler to NULL. */
void scaler_close(struct scaler **scaler);

#endif
