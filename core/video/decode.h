#ifndef VIDEO_DECODE_H
#define VIDEO_DECODE_H

#include "core/base/error.h"

#include <libavutil/frame.h>
#include <libavutil/rational.h>
#include <stdint.h>

/* The pictures of a file's video stream, one after the other.
 *
 * What comes out, and how many, is what the ffmpeg program gets from the same
 * file when it decodes from the first byte to the last with one thread and
 * its default options. Its rules are followed here: a packet that the decoder
 * refuses is skipped; a demuxer that fails in the middle ends the clip, with
 * the pictures until there; empty packets never reach the decoder, for which
 * they would mean the end. */
struct decoder;

/* Open the file behind `fd` (regular, read by offset, not closed). Only the
 * extension of `name` matters. ERR_DECODE when it holds no video that can be
 * decoded, ERR_IO when reading fails, ERR_NOMEM. Creates no threads. */
int decoder_open(struct decoder **ret, int fd, const char *name, struct error *err) MUST_CHECK;

/* Put the next picture into `frame` (unreferenced first). 1: there is one;
 * 0: the end. Negative: ERR_IO or ERR_NOMEM, after which only
 * decoder_close() makes sense; trouble with the stream's content is never an
 * error here but counted. */
int decoder_next(struct decoder *decoder, AVFrame *frame, struct error *err) MUST_CHECK;

/* So far: packets the decoder refused, pictures it flagged as damaged, and
 * a demuxer's failure in the middle of the file. */
uint32_t decoder_complaints(const struct decoder *decoder);

/* Pictures per second as the container says; 0 where it does not. */
double decoder_frame_rate(const struct decoder *decoder);

/* Of AVFrame.best_effort_timestamp, in seconds. */
AVRational decoder_time_base(const struct decoder *decoder);

/* The stream's 3x3 display matrix; NULL for none. Lives with the decoder. */
const int32_t *decoder_display_matrix(const struct decoder *decoder);

/* Accepts NULL; sets *decoder to NULL. */
void decoder_close(struct decoder **decoder);

#endif
