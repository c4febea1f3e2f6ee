#ifndef VIDEO_MPEG4_RUN_H
#define VIDEO_MPEG4_RUN_H

#include "core/base/error.h"
#include "core/video/mpeg4_plan.h"

#include <libavformat/avformat.h>
#include <libavutil/frame.h>

/* What a plan is carried out on; all of it the caller's. */
struct mpeg4_input {
    const struct mpeg4_stream *stream;
    AVPacket *const *packets; /* of the stream; NULL: they come from `format` */
    AVFormatContext *format;  /* freshly opened, then */
    int stream_index;
    const AVCodecParameters *parameters; /* with the stream's header as extradata */
    AVRational time_base;
    AVRational aspect; /* of a pixel, as the container says; 0 if it does not */
};

/* What to do with picture k. The frame is the caller's only until it
 * returns; its timestamps mean nothing. 0, or a negative code that ends
 * decoding. */
typedef int mpeg4_take_function(void *context, uint32_t k, const AVFrame *picture,
                                struct error *err);

/* Decode as planned; `take` gets the wanted pictures, in order. 1: done. 0:
 * the decoder did something else than what was foreseen, or complained, and
 * what `take` got is not to be trusted. Negative: ERR_NOMEM, or what `take`
 * returned. */
int mpeg4_run(const struct mpeg4_input *input, const struct mpeg4_plan *plan,
              mpeg4_take_function *take, void *context, struct error *err) MUST_CHECK;

#endif
