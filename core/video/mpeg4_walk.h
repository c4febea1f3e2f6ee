#ifndef VIDEO_MPEG4_WALK_H
#define VIDEO_MPEG4_WALK_H

#include "core/base/error.h"
#include "core/video/mpeg4_syntax.h"

/* Whether a reference picture is whole, without making it.
 *
 * Every code of its macroblocks is followed, from the first to the last, with
 * no samples computed but for the predicted means of intra blocks, whose range
 * a decoder checks. It takes about an eighth of the time of decoding. */
struct mpeg4_walker;

enum { MPEG4_WALKER_PADDING = 64 };

/* `header` is copied. ERR_NOMEM. */
int mpeg4_walker_open(struct mpeg4_walker **ret, const struct mpeg4_header *header,
                      struct error *err) MUST_CHECK;

/* True only if the packet's first VOP, an I or a P one, is free of errors for
 * libavcodec's decoder and its last macroblock ends where the second VOP
 * begins. False means nothing: it may use what is not followed here. `data`
 * must be readable for MPEG4_WALKER_PADDING bytes more than packet->size, as
 * packets from libavformat are; what they hold does not matter. */
bool mpeg4_walker_is_whole(struct mpeg4_walker *walker, const struct mpeg4_packet *packet,
                           const uint8_t *data);

/* Accepts NULL; sets *walker to NULL. */
void mpeg4_walker_close(struct mpeg4_walker **walker);

#endif
