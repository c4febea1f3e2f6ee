#ifndef VIDEO_DEMUX_H
#define VIDEO_DEMUX_H

#include "core/base/error.h"
#include "core/video/source_io.h"

#include <libavformat/avformat.h>
#include <stdbool.h>
#include <stdint.h>

/* A video file with its packets, not decoded. */
struct demux {
    struct source_io source;
    AVFormatContext *format;
    AVStream *stream; /* the one to decode; all others are discarded */
};

/* Open the file behind `fd` (regular, read by offset, not closed). Only the
 * extension of `name` matters. ERR_DECODE when it holds no video, ERR_IO when
 * reading fails, ERR_NOMEM.
 *
 * Its first packets are looked at, and decoded in part, as the ffmpeg program
 * does, to find out what the stream is. With `quick` that is left out for AVI
 * files whose only video stream is MPEG-4 part 2: it costs as much as decoding
 * several pictures, and all that it would find is in the file's head and in
 * the stream's. */
int demux_open(struct demux **ret, int fd, const char *name, bool quick,
               struct error *err) MUST_CHECK;

/* Pictures per second as the container says; 0 where it does not. */
double demux_frame_rate(const struct demux *demux);

/* How many pictures there may be, going by what the container says; at least
 * 1. A guess: only decoding tells. */
uint32_t demux_guess(const struct demux *demux);

/* The stream's 3x3 display matrix; NULL for none. Lives with the demuxer. */
const int32_t *demux_display_matrix(const struct demux *demux);

/* An FFmpeg error number in our terms: ERR_IO when the file could not be read,
 * ERR_NOMEM, else ERR_DECODE. `what` failed. */
int demux_fail(const struct demux *demux, int number, const char *what, struct error *err);

/* Accepts NULL; sets *demux to NULL. */
void demux_close(struct demux **demux);

#endif
