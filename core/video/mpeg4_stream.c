#include "core/video/mpeg4_plan.h"

#include <stdlib.h>

// A packet's number and a VOP's fit 32 bits.
enum { MAX_PACKETS = 1 << 24 };

// Without B pictures every reference comes out when the next one goes in.
static void add_picture(struct mpeg4_stream *stream, uint32_t vop, const uint32_t *decoded_at,
                        uint32_t out_at)
{
    stream->pictures[stream->picture_count++] = (struct mpeg4_picture){
        .vop = vop,
        .decoded_at = decoded_at[vop],
        .out_at = out_at,
    };
}

static const char *follow(struct mpeg4_stream *stream, uint32_t *decoded_at)
{
    struct mpeg4_model model;
    mpeg4_model_start(&model, &stream->header);
    for (uint32_t i = 0; i < stream->packet_count; i++) {
        struct mpeg4_step *step = &stream->steps[i];
        const char *reason = mpeg4_model_feed(&model, stream->packets, i, false, step);
        if (reason) {
            return reason;
        }
        if (step->lost != MPEG4_NO_VOP) {
            return "a picture is stored where the decoder overlooks it";
        }
        if (step->decoded) {
            decoded_at[step->vop] = i;
        }
        if (step->output != MPEG4_NO_VOP) {
            add_picture(stream, step->output, decoded_at, i);
        }
    }
    // What is still put aside now never comes out.
    uint32_t last = mpeg4_model_drain(&model);
    if (last != MPEG4_NO_VOP) {
        add_picture(stream, last, decoded_at, UINT32_MAX);
    }
    return NULL;
}

int mpeg4_stream_follow(struct mpeg4_stream *stream, const char **ret_reason, struct error *err)
{
    if (stream->packet_count > MAX_PACKETS) {
        *ret_reason = "it is too long";
        return 0;
    }
    size_t vops = 2 * (size_t)stream->packet_count + 1;
    uint32_t *decoded_at = malloc(vops * sizeof *decoded_at);
    stream->steps = malloc((stream->packet_count + 1) * sizeof *stream->steps);
    // A packet lets out one picture at most, and the end one more.
    stream->pictures = malloc((stream->packet_count + 1) * sizeof *stream->pictures);
    stream->picture_count = 0;
    int code = 1;
    if (!decoded_at || !stream->steps || !stream->pictures) {
        code = error_nomem(err, "list of pictures");
    } else {
        const char *reason = follow(stream, decoded_at);
        if (reason) {
            *ret_reason = reason;
            code = 0;
        }
    }
    free(decoded_at);
    return code;
}

void mpeg4_stream_clear(struct mpeg4_stream *stream)
{
    free(stream->packets);
    free(stream->steps);
    free(stream->pictures);
    *stream = (struct mpeg4_stream){0};
}
