#include "core/video/mpeg4_run.h"

#include <libavcodec/avcodec.h>

struct run {
    const struct mpeg4_input *input;
    AVCodecContext *codec;
    AVFrame *frame;
    AVPacket *packet; // number `next` - 1, unless they are all in memory
    uint32_t next;
    mpeg4_take_function *take;
    void *context;
};

static int open_codec(struct run *run, struct error *err)
{
    const AVCodec *codec = avcodec_find_decoder(AV_CODEC_ID_MPEG4);
    if (!codec) {
        return 0;
    }
    run->codec = avcodec_alloc_context3(codec);
    if (!run->codec || avcodec_parameters_to_context(run->codec, run->input->parameters) < 0) {
        return error_nomem(err, "decoder");
    }
    run->codec->thread_count = 1;
    run->codec->flags |= AV_CODEC_FLAG_BITEXACT; // see clip_decoder_text()
    // No guessing, from all that it has decoded, whether the stream is badly
    // padded: with skips it could guess otherwise. Bad padding is an error now,
    // which ends this way of decoding. (Other faults that it would look for are
    // not those of the encoders that we accept.)
    run->codec->workaround_bugs = 0;
    run->codec->pkt_timebase = run->input->time_base;
    int number = avcodec_open2(run->codec, codec, NULL);
    return number == AVERROR(ENOMEM) ? error_nomem(err, "decoder") : number >= 0;
}

/* Packet `number`, in *ret: borrowed. A plan goes forward, or uses a packet
 * again. */
static int fetch(struct run *run, uint32_t number, const AVPacket **ret)
{
    if (run->input->packets) {
        *ret = run->input->packets[number];
        return 1;
    }
    while (run->next <= number) {
        av_packet_unref(run->packet);
        if (av_read_frame(run->input->format, run->packet) < 0) {
            return 0;
        }
        if (run->packet->stream_index == run->input->stream_index && run->packet->size > 0) {
            run->next++;
        }
    }
    *ret = run->packet;
    return run->next == number + 1
           && (uint32_t)run->packet->size == run->input->stream->packets[number].size;
}

// Take what comes out, if anything, and hold it against the plan.
static int receive(struct run *run, const struct mpeg4_action *action, struct error *err)
{
    static const enum AVPictureType types[] = {
        [MPEG4_I] = AV_PICTURE_TYPE_I,
        [MPEG4_P] = AV_PICTURE_TYPE_P,
        [MPEG4_B] = AV_PICTURE_TYPE_B,
    };
    AVFrame *frame = run->frame;
    int number = avcodec_receive_frame(run->codec, frame);
    if (number == AVERROR(ENOMEM)) {
        return error_nomem(err, "decoding a picture");
    }
    if (action->picture == UINT32_MAX) {
        return number == AVERROR(EAGAIN) || number == AVERROR_EOF;
    }
    const struct mpeg4_stream *stream = run->input->stream;
    uint32_t vop = stream->pictures[action->picture].vop;
    if (number < 0 || frame->decode_error_flags || (frame->flags & AV_FRAME_FLAG_CORRUPT)
        || frame->pict_type != types[stream->packets[vop / 2].vop[vop % 2].type]
        || frame->width != (int)stream->header.width
        || frame->height != (int)stream->header.height) {
        return 0;
    }
    if (run->input->aspect.num) {
        frame->sample_aspect_ratio = run->input->aspect;
    }
    int code = action->wanted ? run->take(run->context, action->picture, frame, err) : 0;
    av_frame_unref(frame);
    return code < 0 ? code : 1;
}

static int act(struct run *run, const struct mpeg4_action *action, struct error *err)
{
    const AVPacket *packet = NULL;
    if (action->kind != MPEG4_DRAIN && !fetch(run, action->packet, &packet)) {
        return 0;
    }
    run->codec->skip_frame = action->kind == MPEG4_FEED_SKIP ? AVDISCARD_NONREF
                                                             : AVDISCARD_DEFAULT;
    run->codec->skip_idct = action->kind == MPEG4_CHECK ? AVDISCARD_ALL : AVDISCARD_DEFAULT;
    int number = avcodec_send_packet(run->codec, packet);
    if (number == AVERROR(ENOMEM)) {
        return error_nomem(err, "decoding a packet");
    }
    if (number < 0) {
        return 0;
    }
    int code = receive(run, action, err);
    if (action->kind == MPEG4_DRAIN) {
        avcodec_flush_buffers(run->codec);
    }
    return code;
}

static int carry_out(struct run *run, const struct mpeg4_plan *plan, struct error *err)
{
    int code = open_codec(run, err);
    for (uint32_t i = 0; code > 0 && i < plan->count; i++) {
        code = act(run, &plan->actions[i], err);
    }
    return code;
}

int mpeg4_run(const struct mpeg4_input *input, const struct mpeg4_plan *plan,
              mpeg4_take_function *take, void *context, struct error *err)
{
    struct run run = {
        .input = input,
        .frame = av_frame_alloc(),
        .packet = av_packet_alloc(),
        .take = take,
        .context = context,
    };
    int code = run.frame && run.packet ? carry_out(&run, plan, err) : error_nomem(err, "decoder");
    av_frame_free(&run.frame);
    av_packet_free(&run.packet);
    avcodec_free_context(&run.codec);
    return code;
}
