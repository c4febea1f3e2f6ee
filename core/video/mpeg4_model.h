#ifndef VIDEO_MPEG4_MODEL_H
#define VIDEO_MPEG4_MODEL_H

#include "core/video/mpeg4_syntax.h"

/* What libavcodec's MPEG-4 decoder does with a packet, as far as it decides
 * which pictures come out and what they are made of: everything but the
 * pixels. Pure bookkeeping.
 *
 * It knows the decoder's ways with packed streams (a second VOP in a packet
 * is put aside and decoded in place of the next packet's own), placeholders,
 * B pictures out of order, the delay of one reference, and its clock, which
 * B pictures take their motion vectors from. */

/* A VOP is named by its packet's number, times two, plus its place in it. */
#define MPEG4_NO_VOP UINT32_MAX

/* What the pixels of a B picture depend on besides its bytes and its two
 * references: distances in time. */
struct mpeg4_times {
    uint16_t pp, pb;
    uint16_t pp_field, pb_field; /* 0 but in interlaced streams */
};

struct mpeg4_model {
    const struct mpeg4_header *header; /* the caller's; outlives the model */
    int64_t reference_time;            /* in ticks, of the newest reference or placeholder */
    int64_t seconds, seconds_before;   /* its second, and that of the one before it */
    uint16_t pp;
    int32_t field_unit;                /* ticks; 0 until the first B picture */
    bool started;                      /* a coded VOP has been met */
    uint32_t older, newer;             /* references held; MPEG4_NO_VOP */
    uint32_t aside;                    /* put aside for the next packet; MPEG4_NO_VOP */
};

struct mpeg4_step {
    uint32_t vop;            /* that was looked at */
    bool decoded;
    bool out_of_order;       /* a B picture between no two references */
    uint32_t older, newer;   /* references then; a reference is `newer` itself */
    struct mpeg4_times times; /* zeros but for B pictures */
    uint32_t output;         /* the picture that comes out, MPEG4_NO_VOP for none */
    uint32_t lost;           /* this packet's own VOP, if it is coded and was
                              * neither decoded nor put aside */
};

void mpeg4_model_start(struct mpeg4_model *model, const struct mpeg4_header *header);

/* Feed packet number `number`. With skip_b, a B picture is not decoded.
 * NULL, or why the model does not know what the decoder does. */
const char *mpeg4_model_feed(struct mpeg4_model *model, const struct mpeg4_packet *packets,
                             uint32_t number, bool skip_b, struct mpeg4_step *ret);

/* The picture that comes out at the end, MPEG4_NO_VOP for none. */
uint32_t mpeg4_model_drain(const struct mpeg4_model *model);

/* What avcodec_flush_buffers() does. */
void mpeg4_model_flush(struct mpeg4_model *model);

#endif
