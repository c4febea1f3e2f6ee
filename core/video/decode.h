#ifndef VIDEO_DECODE_H
#define VIDEO_DECODE_H

#include "core/base/error.h"
#include "core/video/demux.h"

#include <libavutil/frame.h>
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

/* Decode demux->stream, of which nothing must have been read yet; opened
 * without `quick`. The demuxer stays the caller's and must outlive the
 * decoder. ERR_DECODE when there is no decoder for it, ERR_NOMEM. Creates no
 * threads. */
int decoder_open(struct decoder **ret, struct demux *demux, struct error *err) MUST_CHECK;

/* Put the next picture into `frame` (unreferenced first). 1: there is one;
 * 0: the end. Negative: ERR_IO or ERR_NOMEM, after which only
 * decoder_close() makes sense; trouble with the stream's content is never an
 * error here but counted. */
int decoder_next(struct decoder *decoder, AVFrame *frame, struct error *err) MUST_CHECK;

/* So far: packets the decoder refused, pictures it flagged as damaged, and
 * a demuxer's failure in the middle of the file. */
uint32_t decoder_complaints(const struct decoder *decoder);

/* Accepts NULL; sets *decoder to NULL. */
void decoder_close(struct decoder **decoder);

#endif
