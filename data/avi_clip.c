#include "data/avi_clip.h"

#include <stdbool.h>
#include <stdlib.h>
#include <unistd.h>

#include <libavcodec/avcodec.h>
#include <libavformat/avformat.h>
#include <libswscale/swscale.h>

#include "data/pack_bframes.h"

struct avi_writer {
    const char *path;
    AVFormatContext *format;
    AVStream *stream;
    AVCodecContext *codec;
    struct SwsContext *sws;
    AVFrame *picture;
    AVPacket *packet;
    struct bframe_packer *packer; // NULL unless packed
    int64_t chunks;               // written so far
    bool created;                 // the file is there, and ours to remove
    uint8_t *bgr;
};

// An FFmpeg error in our terms.
static int fail(const struct avi_writer *writer, int number, const char *what, struct error *err)
{
    char why[AV_ERROR_MAX_STRING_SIZE] = "";
    av_strerror(number, why, sizeof why);
    int code = number == AVERROR(ENOMEM) ? ERR_NOMEM : number == AVERROR(EINVAL) ? ERR_VALUE
                                                                                 : ERR_IO;
    return error_set(err, code, "%s: %s: %s", writer->path, what, why);
}

static int open_encoder(struct avi_writer *writer, const struct avi_clip *clip, struct error *err)
{
    const AVCodec *encoder = avcodec_find_encoder(AV_CODEC_ID_MPEG4);
    AVCodecContext *codec = encoder ? avcodec_alloc_context3(encoder) : NULL;
    if (!codec) {
        return error_set(err, ERR_VALUE, "this FFmpeg has no MPEG-4 encoder");
    }
    writer->codec = codec;
    codec->codec_tag = MKTAG('X', 'V', 'I', 'D');
    codec->width = clip->width;
    codec->height = clip->height;
    codec->pix_fmt = AV_PIX_FMT_YUV420P;
    codec->time_base = (AVRational){clip->rate_den, clip->rate_num};
    codec->framerate = (AVRational){clip->rate_num, clip->rate_den};
    codec->gop_size = clip->key_interval;
    codec->max_b_frames = clip->bframes == AVI_NO_BFRAMES ? 0 : 2;
    codec->flags = AV_CODEC_FLAG_BITEXACT | AV_CODEC_FLAG_QSCALE;
    codec->global_quality = FF_QP2LAMBDA * clip->quality;
    codec->thread_count = 1;
    int number = avcodec_open2(codec, encoder, NULL);
    return number < 0 ? fail(writer, number, "the encoder refuses it", err) : 0;
}

static int open_file(struct avi_writer *writer, struct error *err)
{
    int number = avformat_alloc_output_context2(&writer->format, NULL, "avi", writer->path);
    if (number < 0) {
        return fail(writer, number, "cannot make an AVI file", err);
    }
    writer->format->flags |= AVFMT_FLAG_BITEXACT;
    writer->stream = avformat_new_stream(writer->format, NULL);
    if (!writer->stream) {
        return error_nomem(err, writer->path);
    }
    writer->stream->time_base = writer->codec->time_base;
    writer->stream->avg_frame_rate = writer->codec->framerate;
    number = avcodec_parameters_from_context(writer->stream->codecpar, writer->codec);
    if (number >= 0) {
        number = avio_open(&writer->format->pb, writer->path, AVIO_FLAG_WRITE);
    }
    if (number >= 0) {
        writer->created = true;
        number = avformat_write_header(writer->format, NULL);
    }
    return number < 0 ? fail(writer, number, "cannot write", err) : 0;
}

// AVI knows no timestamps: chunk k is due at k frames.
static int write_chunk(AVPacket *chunk, void *context, struct error *err)
{
    struct avi_writer *writer = context;
    chunk->stream_index = writer->stream->index;
    chunk->pts = chunk->dts = av_rescale_q(writer->chunks++, writer->codec->time_base,
                                           writer->stream->time_base);
    chunk->duration = 0;
    int number = av_write_frame(writer->format, chunk);
    return number < 0 ? fail(writer, number, "cannot write", err) : 0;
}

static int open_pixels(struct avi_writer *writer, const struct avi_clip *clip, struct error *err)
{
    writer->sws = sws_getContext(clip->width, clip->height, AV_PIX_FMT_BGR24, clip->width,
                                 clip->height, AV_PIX_FMT_YUV420P,
                                 SWS_BICUBIC | SWS_BITEXACT, NULL, NULL, NULL);
    writer->bgr = calloc((size_t)clip->width * (size_t)clip->height, 3);
    writer->picture = av_frame_alloc();
    writer->packet = av_packet_alloc();
    if (!writer->sws || !writer->bgr || !writer->picture || !writer->packet) {
        return error_nomem(err, writer->path);
    }
    writer->picture->format = AV_PIX_FMT_YUV420P;
    writer->picture->width = clip->width;
    writer->picture->height = clip->height;
    int number = av_frame_get_buffer(writer->picture, 0);
    return number < 0 ? fail(writer, number, "picture", err) : 0;
}

// Give the encoder a picture (NULL: the end) and write what it has ready.
static int encode(struct avi_writer *writer, const AVFrame *picture, struct error *err)
{
    int number = avcodec_send_frame(writer->codec, picture);
    while (number >= 0) {
        number = avcodec_receive_packet(writer->codec, writer->packet);
        if (number < 0) {
            break;
        }
        int code = mpeg4_sign(writer->packet, writer->packer != NULL, err);
        if (code == 0) {
            code = writer->packer ? bframe_packer_push(writer->packer, writer->packet, err)
                                  : write_chunk(writer->packet, writer, err);
        }
        av_packet_unref(writer->packet);
        if (code < 0) {
            return code;
        }
    }
    if (number == AVERROR(EAGAIN) || number == AVERROR_EOF) {
        return 0;
    }
    return fail(writer, number, "cannot encode", err);
}

static int encode_all(struct avi_writer *writer, const struct avi_clip *clip, avi_painter painter,
                      void *context, struct error *err)
{
    const int stride[1] = {clip->width * 3};
    for (int i = 0; i < clip->frames; i++) {
        painter(context, i, writer->bgr);
        if (av_frame_make_writable(writer->picture) < 0) {
            return error_nomem(err, writer->path);
        }
        const uint8_t *const planes[1] = {writer->bgr};
        sws_scale(writer->sws, planes, stride, 0, clip->height, writer->picture->data,
                  writer->picture->linesize);
        writer->picture->pts = i;
        writer->picture->quality = writer->codec->global_quality;
        int code = encode(writer, writer->picture, err);
        if (code < 0) {
            return code;
        }
    }
    return encode(writer, NULL, err);
}

static int finish(struct avi_writer *writer, struct error *err)
{
    int code = writer->packer ? bframe_packer_finish(writer->packer, err) : 0;
    if (code < 0) {
        return code;
    }
    int number = av_write_trailer(writer->format);
    int closed = avio_closep(&writer->format->pb);
    number = number < 0 ? number : closed;
    return number < 0 ? fail(writer, number, "cannot write", err) : 0;
}

static void release(struct avi_writer *writer)
{
    if (writer->format) {
        avio_closep(&writer->format->pb);
    }
    bframe_packer_close(&writer->packer);
    avformat_free_context(writer->format);
    avcodec_free_context(&writer->codec);
    sws_freeContext(writer->sws);
    av_frame_free(&writer->picture);
    av_packet_free(&writer->packet);
    free(writer->bgr);
}

int avi_clip_write(const char *path, const struct avi_clip *clip, avi_painter painter,
                   void *context, struct error *err)
{
    struct avi_writer writer = {.path = path};
    int code = open_encoder(&writer, clip, err);
    if (code == 0) {
        code = open_pixels(&writer, clip, err);
    }
    if (code == 0 && clip->bframes == AVI_PACKED_BFRAMES) {
        code = bframe_packer_open(&writer.packer, clip->rate_num, write_chunk, &writer, err);
    }
    if (code == 0) {
        code = open_file(&writer, err);
    }
    if (code == 0) {
        code = encode_all(&writer, clip, painter, context, err);
    }
    if (code == 0) {
        code = finish(&writer, err);
    }
    release(&writer);
    if (code < 0 && writer.created) {
        unlink(path);
    }
    return code;
}
