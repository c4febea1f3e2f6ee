#ifndef DATA_PACK_BFRAMES_H
#define DATA_PACK_BFRAMES_H

#include "core/base/error.h"

#include <libavcodec/packet.h>
#include <stdbool.h>

/* MPEG-4 part 2 with B-frames, in chunks as DivX 5 and XviD put them into AVI
 * files ("packed bitstream").
 *
 * Video for Windows expects a picture from every chunk it passes in. A
 * picture that is coded ahead of the B-frames shown before it would break
 * that, so the first of those B-frames travels in the same chunk, and a tiny
 * picture "not coded" stands in for it at the end:
 *
 *   coded order   I0 P3 B1 B2 P6 B4 B5
 *   chunks        I0 | P3 B1 | B2 | not coded | P6 B4 | B5 | not coded
 *
 * Decoders know such a stream from its user data: mpeg4_sign(). */
struct bframe_packer;

/* What takes the chunks; the packet is the callee's to change, not to keep. */
typedef int (*bframe_sink)(AVPacket *chunk, void *context, struct error *err);

/* `clock` is the stream's ticks per second (vop_time_increment_resolution),
 * 1 .. 65535: it gives the width of a field in picture headers. */
int bframe_packer_open(struct bframe_packer **ret, int clock, bframe_sink sink, void *context,
                       struct error *err) MUST_CHECK;

/* The next packet in coded order, one picture each, as the encoder gives it.
 * Its content is copied. ERR_FORMAT when it is no MPEG-4 picture. */
int bframe_packer_push(struct bframe_packer *packer, const AVPacket *packet,
                       struct error *err) MUST_CHECK;

/* No more packets: hand out what is left. */
int bframe_packer_finish(struct bframe_packer *packer, struct error *err) MUST_CHECK;

/* Accepts NULL; sets *packer to NULL. */
void bframe_packer_close(struct bframe_packer **packer);

/* Where the packet has a stream header, add the user data behind it with which
 * an XviD encoder of those years signed; `packed` adds what says so. Without a
 * signature decoders take an XVID stream for one of the first XviD versions
 * and imitate their faults. The packet's data may move. */
int mpeg4_sign(AVPacket *packet, bool packed, struct error *err) MUST_CHECK;

#endif
