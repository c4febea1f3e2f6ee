#ifndef VIDEO_MPEG4_PLAN_H
#define VIDEO_MPEG4_PLAN_H

#include "core/base/error.h"
#include "core/video/mpeg4_model.h"

/* Which packets of an MPEG-4 stream a decoder has to see for some of its
 * pictures. Pure functions over what mpeg4_syntax.h reads. */

/* One picture of a full decode. Packets are numbered as they are fed. */
struct mpeg4_picture {
    uint32_t vop;
    uint32_t decoded_at; /* by this packet */
    uint32_t out_at;     /* with this one; UINT32_MAX: at the end */
};

struct mpeg4_stream {
    struct mpeg4_header header;
    struct mpeg4_packet *packets; /* filled by the caller, malloc'ed */
    uint32_t packet_count;
    struct mpeg4_step *steps;       /* [packet_count], of a full decode */
    struct mpeg4_picture *pictures; /* [picture_count], as they come out */
    uint32_t picture_count;
};

/* Follow a full decode of stream->packets and fill in the rest. 1: done.
 * 0: only decoding can tell, *ret_reason (a constant) says why. ERR_NOMEM. */
int mpeg4_stream_follow(struct mpeg4_stream *stream, const char **ret_reason,
                        struct error *err) MUST_CHECK;

/* Free what it points to and zero it. */
void mpeg4_stream_clear(struct mpeg4_stream *stream);

enum mpeg4_action_kind {
    MPEG4_FEED,      /* a packet */
    MPEG4_FEED_SKIP, /* a packet, but a B picture is not to be decoded */
    MPEG4_CHECK,     /* a packet, for its being whole: pixels do not matter */
    MPEG4_DRAIN,     /* take out what is left, and empty the decoder */
};

struct mpeg4_action {
    enum mpeg4_action_kind kind;
    uint32_t packet;
    uint32_t picture; /* number of the picture that must come out;
                       * UINT32_MAX: none may */
    bool wanted;      /* it was asked for */
};

struct mpeg4_plan {
    struct mpeg4_action *actions;
    uint32_t count;
    uint32_t capacity;
    uint32_t decodes; /* pictures it decodes, for statistics */
};

/* Tells whether the first VOP of a packet is free of errors; false when it
 * does not know. */
struct mpeg4_checker {
    bool (*is_whole)(void *context, uint32_t packet);
    void *context;
};

/* Plan for the pictures wanted[0 .. count-1]: ascending numbers, each once,
 * below stream->picture_count. With `jump`, what lies before a later keyframe
 * is left out. Every VOP that the plan decodes has the same references and the
 * same clock as in a full decode.
 *
 * In packed streams, damage within a reference makes the decoder overlook the
 * B picture behind it, and then there is a picture less than
 * stream->picture_count. So of such references none is left out that `checker`
 * does not find whole; they are fed just to see. NULL: nobody wants to know.
 *
 * 1: made. 0: no such plan (then a full decode does it). ERR_NOMEM. */
int mpeg4_plan_make(struct mpeg4_plan *ret, const struct mpeg4_stream *stream,
                    const uint32_t *wanted, uint32_t count, bool jump,
                    const struct mpeg4_checker *checker, struct error *err) MUST_CHECK;

/* Free what it points to and zero it. */
void mpeg4_plan_clear(struct mpeg4_plan *plan);

#endif
