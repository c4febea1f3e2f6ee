#include "core/video/demux.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <libavcodec/avcodec.h>

#include "core/video/stream_facts.h"

enum { EXTENSION_SIZE = 16 };

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
            memcpy(extension, dot, strlen(dot) + 1);
        }
    }
    snprintf(hint, capacity, "clip%s", extension);
}

int demux_fail(const struct demux *demux, int number, const char *what, struct error *err)
{
    if (demux->source.error) {
        return error_errno(err, demux->source.error, "cannot read");
    }
    if (number == AVERROR(ENOMEM)) {
        return error_nomem(err, what);
    }
    char why[AV_ERROR_MAX_STRING_SIZE] = "";
    av_strerror(number, why, sizeof why);
    return error_set(err, ERR_DECODE, "%s: %s", what, why);
}

/* Its first bytes leave no doubt: then the demuxers of all the other formats
 * need not be asked. */
static bool is_avi(const struct demux *demux)
{
    uint8_t head[12];
    return pread(demux->source.fd, head, sizeof head, 0) == (ssize_t)sizeof head
           && memcmp(head, "RIFF", 4) == 0 && memcmp(head + 8, "AVI ", 4) == 0;
}

static int open_format(struct demux *demux, const char *name, struct error *err)
{
    AVFormatContext *format = avformat_alloc_context();
    if (!format) {
        return error_nomem(err, "demuxer");
    }
    format->pb = demux->source.avio;
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
        const AVInputFormat *avi = is_avi(demux) ? av_find_input_format("avi") : NULL;
        number = avformat_open_input(&format, hint, avi, &options); // frees it on failure
    }
    av_dict_free(&options);
    if (number < 0) {
        return demux_fail(demux, number, "not a video", err);
    }
    demux->format = format;
    return 0;
}

static int probe_streams(struct demux *demux, struct error *err)
{
    int number = avformat_find_stream_info(demux->format, NULL);
    if (number == AVERROR(ENOMEM) || demux->source.error
        || (number < 0 && demux->format->nb_streams == 0)) {
        return demux_fail(demux, number, "no stream in it makes sense", err);
    }
    return 0;
}

static bool is_video(const AVStream *stream)
{
    return stream->codecpar->codec_type == AVMEDIA_TYPE_VIDEO
           && !(stream->disposition & AV_DISPOSITION_ATTACHED_PIC);
}

/* An AVI file whose only video stream is MPEG-4: a look at its packets would
 * neither change the choice of stream nor add anything to what is known. */
static bool is_plain_avi(const struct demux *demux)
{
    const AVFormatContext *format = demux->format;
    int videos = 0, mpeg4 = 0;
    for (unsigned i = 0; i < format->nb_streams; i++) {
        const AVCodecParameters *parameters = format->streams[i]->codecpar;
        videos += parameters->codec_type == AVMEDIA_TYPE_VIDEO;
        mpeg4 += parameters->codec_id == AV_CODEC_ID_MPEG4;
    }
    return strcmp(format->iformat->name, "avi") == 0 && videos == 1 && mpeg4 == 1;
}

static int choose_stream(struct demux *demux, struct error *err)
{
    AVFormatContext *format = demux->format;
    int best = av_find_best_stream(format, AVMEDIA_TYPE_VIDEO, -1, -1, NULL, 0);
    if (best >= 0 && is_video(format->streams[best])) {
        demux->stream = format->streams[best];
    }
    for (unsigned i = 0; i < format->nb_streams; i++) {
        // The best one may be an album's cover; then any real video is better.
        if (!demux->stream && is_video(format->streams[i])) {
            demux->stream = format->streams[i];
        }
        format->streams[i]->discard = AVDISCARD_ALL;
    }
    if (!demux->stream) {
        return error_set(err, ERR_DECODE, "no video stream");
    }
    // The default would drop empty packets, and with them shift the timestamps.
    demux->stream->discard = AVDISCARD_NONE;
    return 0;
}

int demux_open(struct demux **ret, int fd, const char *name, bool quick, struct error *err)
{
    struct demux *demux = calloc(1, sizeof *demux);
    if (!demux) {
        return error_nomem(err, "demuxer");
    }
    int code = source_io_open(&demux->source, fd, err);
    if (code == 0) {
        code = open_format(demux, name, err);
    }
    if (code == 0 && !(quick && is_plain_avi(demux))) {
        code = probe_streams(demux, err);
    }
    if (code == 0) {
        code = choose_stream(demux, err);
    }
    if (code < 0) {
        demux_close(&demux);
        return code;
    }
    *ret = demux;
    return 0;
}

double demux_frame_rate(const struct demux *demux)
{
    AVRational rate = demux->stream->avg_frame_rate;
    if (rate.num <= 0 || rate.den <= 0) {
        rate = demux->stream->r_frame_rate;
    }
    return rate.num > 0 && rate.den > 0 ? av_q2d(rate) : 0;
}

uint32_t demux_guess(const struct demux *demux)
{
    const AVStream *stream = demux->stream;
    double pictures = (double)stream->nb_frames;
    if (pictures < 1 && stream->duration > 0) {
        pictures = (double)stream->duration * av_q2d(stream->time_base)
                   * demux_frame_rate(demux);
    } else if (pictures < 1 && demux->format->duration > 0) {
        pictures = (double)demux->format->duration / AV_TIME_BASE * demux_frame_rate(demux);
    }
    return pictures < 1.5 ? 1 : pictures >= INT32_MAX ? INT32_MAX : (uint32_t)(pictures + 0.5);
}

const int32_t *demux_display_matrix(const struct demux *demux)
{
    const AVPacketSideData *fact = stream_fact(demux->stream, AV_PKT_DATA_DISPLAYMATRIX);
    return fact && fact->size >= 9 * sizeof(int32_t) ? (const int32_t *)(const void *)fact->data
                                                     : NULL;
}

void demux_close(struct demux **demux)
{
    if (!*demux) {
        return;
    }
    avformat_close_input(&(*demux)->format);
    source_io_close(&(*demux)->source);
    free(*demux);
    *demux = NULL;
}
