#ifndef VIDEO_MPEG4_CLIP_H
#define VIDEO_MPEG4_CLIP_H

#include "core/base/error.h"
#include "core/video/mpeg4_run.h"

#include <libavformat/avformat.h>
#include <stdbool.h>
#include <stdint.h>

/* An MPEG-4 part 2 clip whose pictures are known before one is decoded: how
 * many a full decode gives, and what each of them needs. Only such pictures
 * are decoded then.
 *
 * Nothing here is taken for granted that a decoder may see otherwise: streams
 * that are not plain are refused by mpeg4_clip_open(), and when decoding
 * differs from what was foreseen in the least (a picture too many or too few,
 * of another type, or with an error in it), mpeg4_clip_decode() says so. Then
 * a full decode has to do it. Not thread-safe.
 *
 * One thing is beyond it. libavcodec guesses, from all that it has decoded,
 * whether a stream is badly padded, and after a wrong guess it may spoil a
 * sound picture. What makes it guess wrong is a picture that is damaged in such
 * a way that only its last bits show it. If that is one that nobody needs, a
 * full decode gives the spoiled picture, this the sound one. */
struct mpeg4_clip;

/* Read all packets of `stream`, of which none may have been read yet. Others
 * should be set to be discarded. Packets are kept if together they have no
 * more than `keep` bytes. 1: *ret is the clip. 0: not provable, *ret_reason (a
 * constant text) says why. Negative: ERR_NOMEM. Keeps no pointer to the
 * demuxer. */
int mpeg4_clip_open(struct mpeg4_clip **ret, AVFormatContext *format, AVStream *stream,
                    size_t keep, const char **ret_reason, struct error *err) MUST_CHECK;

/* n, at least 1. */
uint32_t mpeg4_clip_count(const struct mpeg4_clip *clip);

/* Of every picture, in pixels. */
uint32_t mpeg4_clip_width(const struct mpeg4_clip *clip);
uint32_t mpeg4_clip_height(const struct mpeg4_clip *clip);

/* What AVFrame.best_effort_timestamp of picture k would be in a full decode,
 * in the stream's time base; AV_NOPTS_VALUE where unknown. */
int64_t mpeg4_clip_timestamp(const struct mpeg4_clip *clip, uint32_t k);

/* False when the packets were not kept: then mpeg4_clip_decode() has
 * to get a freshly opened demuxer of the same file. */
bool mpeg4_clip_is_kept(const struct mpeg4_clip *clip);

/* Decode pictures wanted[0 .. count-1]: ascending, each once. `take` gets
 * them in that order. `format` may be NULL when the clip is kept. 1: done.
 * 0: something went otherwise than foreseen, and what `take` got is not to
 * be trusted. Negative: ERR_NOMEM, or what `take` returned. */
int mpeg4_clip_decode(struct mpeg4_clip *clip, AVFormatContext *format, const uint32_t *wanted,
                      uint32_t count, mpeg4_take_function *take, void *context,
                      struct error *err) MUST_CHECK;

/* Accepts NULL; sets *clip to NULL. */
void mpeg4_clip_close(struct mpeg4_clip **clip);

#endif
