#include "core/video/decode.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include <libavcodec/avcodec.h>

#include "core/video/stream_facts.h"

enum {
    MAX_PIXELS = 16384 * 16384,
    MAX_RETRIES = 1000,     // of a demuxer that has nothing for us yet, in a row
    MAX_DRAIN_ERRORS = 1000,
};

struct decoder {
    struct demux *demux; // the caller's
    AVCodecContext *codec;
    AVPacket *packet;
    bool first_packet;   // the next one is the stream's first
    bool pending;        // the last packet may have more pictures
    bool draining;
    int drain_errors;
    uint32_t complaints;
};

static int open_codec(struct decoder *decoder, struct error *err)
{
    const AVStream *stream = decoder->demux->stream;
    const AVCodec *codec = avcodec_find_decoder(stream->codecpar->codec_id);
    if (!codec) {
        return error_set(err, ERR_DECODE, "no decoder for its codec (%s)",
                         avcodec_get_name(stream->codecpar->codec_id));
    }
    decoder->codec = avcodec_alloc_context3(codec);
    if (!decoder->codec) {
        return error_nomem(err, "decoder");
    }
    int number = avcodec_parameters_to_context(decoder->codec, stream->codecpar);
    if (number >= 0) {
        decoder->codec->thread_count = 1;
        decoder->codec->flags |= AV_CODEC_FLAG_BITEXACT; // see clip_decoder_text()
        decoder->codec->max_pixels = MAX_PIXELS;
        decoder->codec->pkt_timebase = stream->time_base;
        decoder->codec->framerate = stream->avg_frame_rate;
        number = avcodec_open2(decoder->codec, codec, NULL);
    }
    return number < 0 ? demux_fail(decoder->demux, number, "the decoder does not accept it", err)
                      : 0;
}

int decoder_open(struct decoder **ret, struct demux *demux, struct error *err)
{
    struct decoder *decoder = calloc(1, sizeof *decoder);
    if (!decoder) {
        return error_nomem(err, "decoder");
    }
    decoder->demux = demux;
    decoder->first_packet = true;
    decoder->packet = av_packet_alloc();
    int code = decoder->packet ? open_codec(decoder, err) : error_nomem(err, "decoder");
    if (code < 0) {
        decoder_close(&decoder);
        return code;
    }
    *ret = decoder;
    return 0;
}

/* Facts that the container states once per stream (a palette, say) go to the
 * decoder with its first packet. The display matrix is for us, not for it. */
static int add_stream_facts(struct decoder *decoder)
{
    int count;
    const AVPacketSideData *facts = stream_facts(decoder->demux->stream, &count);
    for (int i = 0; i < count; i++) {
        const AVPacketSideData *fact = &facts[i];
        if (fact->type == AV_PKT_DATA_DISPLAYMATRIX
            || av_packet_get_side_data(decoder->packet, fact->type, NULL)) {
            continue;
        }
        uint8_t *copy = av_packet_new_side_data(decoder->packet, fact->type, fact->size);
        if (!copy) {
            return AVERROR(ENOMEM);
        }
        memcpy(copy, fact->data, fact->size);
    }
    return 0;
}

// Read the stream's next packet that is not empty. An FFmpeg error number.
static int read_packet(struct decoder *decoder)
{
    int retries = 0;
    for (;;) {
        av_packet_unref(decoder->packet);
        int number = av_read_frame(decoder->demux->format, decoder->packet);
        if (number == AVERROR(EAGAIN) && ++retries <= MAX_RETRIES) {
            continue;
        }
        if (number < 0) {
            return number;
        }
        retries = 0;
        if (decoder->packet->stream_index != decoder->demux->stream->index) {
            continue;
        }
        if (decoder->first_packet) {
            decoder->first_packet = false;
            number = add_stream_facts(decoder);
            if (number < 0) {
                return number;
            }
        }
        if (decoder->packet->size > 0) {
            return 0;
        }
    }
}

/* Give the decoder the next packet, or tell it that there are no more. */
static int feed(struct decoder *decoder, struct error *err)
{
    int number = read_packet(decoder);
    if (number == AVERROR(ENOMEM) || decoder->demux->source.error) {
        return demux_fail(decoder->demux, number, "reading a packet", err);
    }
    if (number < 0) {
        if (number != AVERROR_EOF) {
            decoder->complaints++;
        }
        decoder->draining = true;
        number = avcodec_send_packet(decoder->codec, NULL);
    } else {
        number = avcodec_send_packet(decoder->codec, decoder->packet);
        av_packet_unref(decoder->packet);
        decoder->pending = number >= 0 || number == AVERROR_EOF;
    }
    if (number == AVERROR(ENOMEM)) {
        return demux_fail(decoder->demux, number, "decoding a packet", err);
    }
    if (number < 0 && number != AVERROR_EOF) {
        decoder->complaints++;
    }
    return 0;
}

static void finish_picture(struct decoder *decoder, AVFrame *frame)
{
    if (frame->decode_error_flags || (frame->flags & AV_FRAME_FLAG_CORRUPT)) {
        decoder->complaints++;
    }
    // The container's word on the pixels' shape goes before the decoder's.
    if (decoder->demux->stream->sample_aspect_ratio.num) {
        frame->sample_aspect_ratio = decoder->demux->stream->sample_aspect_ratio;
    }
}

int decoder_next(struct decoder *decoder, AVFrame *frame, struct error *err)
{
    for (;;) {
        if (!decoder->pending && !decoder->draining) {
            int code = feed(decoder, err);
            if (code < 0) {
                return code;
            }
            continue;
        }
        int number = avcodec_receive_frame(decoder->codec, frame);
        if (number >= 0) {
            finish_picture(decoder, frame);
            return 1;
        }
        if (number == AVERROR(ENOMEM)) {
            return demux_fail(decoder->demux, number, "decoding a picture", err);
        }
        decoder->pending = false;
        bool complaint = number != AVERROR_EOF && number != AVERROR(EAGAIN);
        decoder->complaints += complaint;
        // A decoder may fail on one of the pictures it still has and go on.
        if (decoder->draining && (!complaint || ++decoder->drain_errors >= MAX_DRAIN_ERRORS)) {
            return 0;
        }
    }
}

uint32_t decoder_complaints(const struct decoder *decoder)
{
    return decoder->complaints;
}

void decoder_close(struct decoder **decoder)
{
    if (!*decoder) {
        return;
    }
    av_packet_free(&(*decoder)->packet);
    avcodec_free_context(&(*decoder)->codec);
    free(*decoder);
    *decoder = NULL;
}
