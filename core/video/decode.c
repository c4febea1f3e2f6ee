#include "core/video/decode.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <libavcodec/avcodec.h>
#include <libavformat/avformat.h>

#include "core/video/source_io.h"

enum {
    MAX_PIXELS = 16384 * 16384,
    MAX_RETRIES = 1000,     // of a demuxer that has nothing for us yet, in a row
    MAX_DRAIN_ERRORS = 1000,
    EXTENSION_SIZE = 16,
};

struct decoder {
    struct source_io source;
    AVFormatContext *format;
    AVCodecContext *codec;
    AVPacket *packet;
    AVStream *stream;    // the one that is decoded
    bool first_packet;   // the next one is the stream's first
    bool pending;        // the last packet may have more pictures
    bool draining;
    int drain_errors;
    uint32_t complaints;
};

// Demuxers want to open further files (playlists, references); none of it.
static int refuse_open(AVFormatContext *format, AVIOContext **pb, const char *url, int flags,
                       AVDictionary **options)
{
    (void)format;
    (void)pb;
    (void)url;
    (void)flags;
    (void)options;
    return AVERROR(EPERM);
}

/* A name for the demuxers to probe: "clip" with the extension of `name`, if
 * that is a plain one. The name itself could be taken for a pattern of file
 * names ("%d") or an address. */
static void make_hint(char *hint, size_t capacity, const char *name)
{
    const char *slash = strrchr(name, '/');
    const char *dot = strrchr(slash ? slash : name, '.');
    char extension[EXTENSION_SIZE] = "";
    if (dot && strlen(dot) < sizeof extension) {
        size_t length = strspn(dot + 1, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
                                        "0123456789");
        if (dot[1 + length] == 0) {
            strcpy(extension, dot);
        }
    }
    snprintf(hint, capacity, "clip%s", extension);
}

// An FFmpeg error in our terms. `what` is a whole sentence.
static int fail(const struct decoder *decoder, int number, const char *what, struct error *err)
{
    if (decoder->source.error) {
        return error_errno(err, decoder->source.error, "cannot read");
    }
    if (number == AVERROR(ENOMEM)) {
        return error_nomem(err, what);
    }
    char why[AV_ERROR_MAX_STRING_SIZE] = "";
    av_strerror(number, why, sizeof why);
    return error_set(err, ERR_DECODE, "%s: %s", what, why);
}

static int open_demuxer(struct decoder *decoder, const char *name, struct error *err)
{
    AVFormatContext *format = avformat_alloc_context();
    if (!format) {
        return error_nomem(err, "demuxer");
    }
    format->pb = decoder->source.avio;
    format->io_open = refuse_open;
    char hint[32];
    make_hint(hint, sizeof hint, name);
    AVDictionary *options = NULL;
    // The first is for demuxers that open addresses by themselves; the second
    // is what the ffmpeg program sets, and changes which streams a .ts has.
    int number = av_dict_set(&options, "protocol_whitelist", "none", 0);
    if (number >= 0) {
        number = av_dict_set(&options, "scan_all_pmts", "1", 0);
    }
    if (number < 0) {
        avformat_free_context(format);
    } else {
        number = avformat_open_input(&format, hint, NULL, &options); // frees it on failure
    }
    av_dict_free(&options);
    if (number < 0) {
        return fail(decoder, number, "not a video", err);
    }
    decoder->format = format;
    number = avformat_find_stream_info(format, NULL);
    if (number == AVERROR(ENOMEM) || decoder->source.error
        || (number < 0 && format->nb_streams == 0)) {
        return fail(decoder, number, "no stream in it makes sense", err);
    }
    return 0;
}

static bool is_video(const AVStream *stream)
{
    return stream->codecpar->codec_type == AVMEDIA_TYPE_VIDEO
           && !(stream->disposition & AV_DISPOSITION_ATTACHED_PIC);
}

static int choose_stream(struct decoder *decoder, struct error *err)
{
    AVFormatContext *format = decoder->format;
    int best = av_find_best_stream(format, AVMEDIA_TYPE_VIDEO, -1, -1, NULL, 0);
    if (best >= 0 && is_video(format->streams[best])) {
        decoder->stream = format->streams[best];
    }
    for (unsigned i = 0; i < format->nb_streams; i++) {
        // The best one may be an album's cover; then any real video is better.
        if (!decoder->stream && is_video(format->streams[i])) {
            decoder->stream = format->streams[i];
        }
        format->streams[i]->discard = AVDISCARD_ALL;
    }
    if (!decoder->stream) {
        return error_set(err, ERR_DECODE, "no video stream");
    }
    // The default would drop empty packets, and with them shift the timestamps.
    decoder->stream->discard = AVDISCARD_NONE;
    return 0;
}

static int open_codec(struct decoder *decoder, struct error *err)
{
    const AVStream *stream = decoder->stream;
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
        decoder->codec->max_pixels = MAX_PIXELS;
        decoder->codec->pkt_timebase = stream->time_base;
        decoder->codec->framerate = stream->avg_frame_rate;
        number = avcodec_open2(decoder->codec, codec, NULL);
    }
    return number < 0 ? fail(decoder, number, "the decoder does not accept it", err) : 0;
}

int decoder_open(struct decoder **ret, int fd, const char *name, struct error *err)
{
    struct decoder *decoder = calloc(1, sizeof *decoder);
    if (!decoder) {
        return error_nomem(err, "decoder");
    }
    decoder->first_packet = true;
    int code = source_io_open(&decoder->source, fd, err);
    if (code == 0 && !(decoder->packet = av_packet_alloc())) {
        code = error_nomem(err, "decoder");
    }
    if (code == 0) {
        code = open_demuxer(decoder, name, err);
    }
    if (code == 0) {
        code = choose_stream(decoder, err);
    }
    if (code == 0) {
        code = open_codec(decoder, err);
    }
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
    const AVStream *stream = decoder->stream;
    for (int i = 0; i < stream->nb_side_data; i++) {
        const AVPacketSideData *fact = &stream->side_data[i];
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
        int number = av_read_frame(decoder->format, decoder->packet);
        if (number == AVERROR(EAGAIN) && ++retries <= MAX_RETRIES) {
            continue;
        }
        if (number < 0) {
            return number;
        }
        retries = 0;
        if (decoder->packet->stream_index != decoder->stream->index) {
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
    if (number == AVERROR(ENOMEM) || decoder->source.error) {
        return fail(decoder, number, "reading a packet", err);
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
        return fail(decoder, number, "decoding a packet", err);
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
    if (decoder->stream->sample_aspect_ratio.num) {
        frame->sample_aspect_ratio = decoder->stream->sample_aspect_ratio;
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
            return fail(decoder, number, "decoding a picture", err);
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

double decoder_frame_rate(const struct decoder *decoder)
{
    AVRational rate = decoder->stream->avg_frame_rate;
    if (rate.num <= 0 || rate.den <= 0) {
        rate = decoder->stream->r_frame_rate;
    }
    return rate.num > 0 && rate.den > 0 ? av_q2d(rate) : 0;
}

AVRational decoder_time_base(const struct decoder *decoder)
{
    return decoder->stream->time_base;
}

const int32_t *decoder_display_matrix(const struct decoder *decoder)
{
    size_t size = 0;
    const uint8_t *data = av_stream_get_side_data(decoder->stream, AV_PKT_DATA_DISPLAYMATRIX,
                                                  &size);
    return data && size >= 9 * sizeof(int32_t) ? (const int32_t *)(const void *)data : NULL;
}

void decoder_close(struct decoder **decoder)
{
    if (!*decoder) {
        return;
    }
    av_packet_free(&(*decoder)->packet);
    avcodec_free_context(&(*decoder)->codec);
    avformat_close_input(&(*decoder)->format);
    source_io_close(&(*decoder)->source);
    free(*decoder);
    *decoder = NULL;
}
