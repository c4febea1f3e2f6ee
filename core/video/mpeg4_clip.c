#include "core/video/mpeg4_clip.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include <libavcodec/avcodec.h>

#include "core/video/mpeg4_plan.h"
#include "core/video/mpeg4_walk.h"
#include "core/video/stream_facts.h"

enum { MAX_HEADER = 1 << 16 };

struct mpeg4_clip {
    struct mpeg4_stream stream;
    int stream_index;
    AVCodecParameters *parameters; // with the header as extradata
    AVRational time_base;
    AVRational aspect;  // of a pixel, as the container says; 0 if it does not
    AVPacket **packets; // NULL when they were too much to keep
    int64_t *pts, *dts; // of each packet
    int64_t *timestamp; // of each picture
    uint32_t capacity;  // of the arrays per packet
    size_t bytes;       // of packets kept,
    size_t keep;        // and how many they may have
    bool kept;
};

static uint32_t capitals(uint32_t tag)
{
    uint32_t result = 0;
    for (int shift = 0; shift < 32; shift += 8) {
        uint32_t c = tag >> shift & 0xFF;
        result |= (c >= 'a' && c <= 'z' ? c - 'a' + 'A' : c) << shift;
    }
    return result;
}

// Tags for which libavcodec's decoder has no ways of its own.
static bool is_plain_tag(uint32_t tag)
{
    static const char tags[][5] = {"XVID", "DIVX", "DX50", "FMP4", "MP4V"};
    for (size_t i = 0; i < sizeof tags / sizeof tags[0]; i++) {
        if (tag == MKTAG(tags[i][0], tags[i][1], tags[i][2], tags[i][3])) {
            return true;
        }
    }
    return false;
}

static int make_room(struct mpeg4_clip *clip, struct error *err)
{
    if (clip->stream.packet_count < clip->capacity) {
        return 0;
    }
    uint32_t capacity = clip->capacity ? 2 * clip->capacity : 512;
    struct mpeg4_packet *facts = realloc(clip->stream.packets, capacity * sizeof *facts);
    clip->stream.packets = facts ? facts : clip->stream.packets;
    int64_t *pts = realloc(clip->pts, capacity * sizeof *pts);
    clip->pts = pts ? pts : clip->pts;
    int64_t *dts = realloc(clip->dts, capacity * sizeof *dts);
    clip->dts = dts ? dts : clip->dts;
    AVPacket **packets = realloc(clip->packets, capacity * sizeof *packets);
    clip->packets = packets ? packets : clip->packets;
    if (!facts || !pts || !dts || !packets) {
        return error_nomem(err, "packets of a clip");
    }
    clip->capacity = capacity;
    return 0;
}

static void drop_packets(struct mpeg4_clip *clip)
{
    for (uint32_t i = 0; clip->kept && i < clip->stream.packet_count; i++) {
        av_packet_free(&clip->packets[i]);
    }
    clip->kept = false;
}

/* The header comes from the container or with the first packet. libavformat's
 * probing would put the latter into the decoder's extradata; so do we, and the
 * decoder knows it wherever decoding begins. */
static int take_header(struct mpeg4_clip *clip, const AVPacket *first, const char **reason,
                       struct error *err)
{
    AVCodecParameters *parameters = clip->parameters;
    if (parameters->extradata_size == 0) {
        size_t size = mpeg4_header_length(first->data, (size_t)first->size);
        if (size == 0 || size > MAX_HEADER || size >= (size_t)first->size) {
            *reason = "its first packet has no header";
            return 0;
        }
        parameters->extradata = av_mallocz(size + AV_INPUT_BUFFER_PADDING_SIZE);
        if (!parameters->extradata) {
            return error_nomem(err, "header of a stream");
        }
        memcpy(parameters->extradata, first->data, size);
        parameters->extradata_size = (int)size;
    }
    struct mpeg4_header *header = &clip->stream.header;
    *reason = mpeg4_read_header(header, parameters->extradata, (size_t)parameters->extradata_size,
                                capitals(parameters->codec_tag));
    if (!*reason && (header->width != (uint32_t)parameters->width
                     || header->height != (uint32_t)parameters->height)) {
        *reason = "the container states another size";
    }
    return *reason ? 0 : 1;
}

// Take over what `packet` holds. 1, 0 with a reason, or negative.
static int add_packet(struct mpeg4_clip *clip, AVPacket *packet, const char **reason,
                      struct error *err)
{
    struct mpeg4_stream *stream = &clip->stream;
    if ((packet->flags & (AV_PKT_FLAG_CORRUPT | AV_PKT_FLAG_DISCARD)) || packet->side_data_elems) {
        *reason = "a packet is marked";
        return 0;
    }
    int code = make_room(clip, err);
    if (code == 0) {
        code = stream->packet_count ? 1 : take_header(clip, packet, reason, err);
    }
    if (code <= 0) {
        return code;
    }
    uint32_t number = stream->packet_count;
    *reason = mpeg4_read_packet(&stream->packets[number], packet->data, (size_t)packet->size,
                                &stream->header, clip->parameters->extradata,
                                (size_t)clip->parameters->extradata_size);
    if (*reason || number == UINT32_MAX / 4) {
        return 0;
    }
    clip->pts[number] = packet->pts;
    clip->dts[number] = packet->dts;
    if (clip->kept && (size_t)packet->size > clip->keep - clip->bytes) {
        drop_packets(clip);
    }
    if (clip->kept) {
        clip->packets[number] = av_packet_alloc();
        if (!clip->packets[number]) {
            return error_nomem(err, "packets of a clip");
        }
        av_packet_move_ref(clip->packets[number], packet);
        clip->bytes += (size_t)clip->packets[number]->size;
    }
    stream->packet_count++;
    return 1;
}

/* Packet number `number` of an AVI file is where its index says. If not, the
 * demuxer may find others when it reads in another way, as it does when other
 * streams are far behind. */
static bool is_in_index(AVStream *stream, const AVPacket *packet, uint32_t number)
{
    const AVIndexEntry *entry = avformat_index_get_entry(stream, (int)number);
    return entry && entry->pos + 8 == packet->pos && entry->size == packet->size;
}

static int read_packets(struct mpeg4_clip *clip, AVFormatContext *format, AVStream *stream,
                        const char **reason, struct error *err)
{
    AVPacket *packet = av_packet_alloc();
    if (!packet) {
        return error_nomem(err, "packets of a clip");
    }
    bool indexed = strcmp(format->iformat->name, "avi") == 0;
    int code = 1;
    int number = 0;
    while (code > 0 && (number = av_read_frame(format, packet)) >= 0) {
        // Empty packets never reach a decoder.
        if (packet->stream_index == clip->stream_index && packet->size > 0) {
            if (indexed && !is_in_index(stream, packet, clip->stream.packet_count)) {
                *reason = "its index is wrong";
                code = 0;
            } else {
                code = add_packet(clip, packet, reason, err);
            }
        }
        av_packet_unref(packet);
    }
    av_packet_free(&packet);
    if (code > 0 && indexed
        && avformat_index_get_entries_count(stream) != (int)clip->stream.packet_count) {
        *reason = "its index is wrong";
        code = 0;
    }
    if (code > 0 && number != AVERROR_EOF) {
        *reason = "reading it fails";
        code = number == AVERROR(ENOMEM) ? error_nomem(err, "packets of a clip") : 0;
    }
    return code;
}

/* Timestamps as libavcodec guesses them: presentation times of the packets
 * while they rise at least as well as decoding times do. A picture has the
 * former from the packet that decodes it, the latter from the one with which
 * it comes out. */
static int set_timestamps(struct mpeg4_clip *clip, struct error *err)
{
    const struct mpeg4_stream *stream = &clip->stream;
    clip->timestamp = malloc((stream->picture_count + 1) * sizeof *clip->timestamp);
    if (!clip->timestamp) {
        return error_nomem(err, "timestamps of a clip");
    }
    int64_t last_pts = INT64_MIN, last_dts = INT64_MIN;
    uint32_t bad_pts = 0, bad_dts = 0;
    for (uint32_t k = 0; k < stream->picture_count; k++) {
        const struct mpeg4_picture *picture = &stream->pictures[k];
        int64_t pts = clip->pts[picture->decoded_at];
        int64_t dts = picture->out_at == UINT32_MAX ? AV_NOPTS_VALUE : clip->dts[picture->out_at];
        bool has_pts = pts != AV_NOPTS_VALUE;
        bool has_dts = dts != AV_NOPTS_VALUE;
        bad_dts += has_dts && dts <= last_dts;
        last_dts = has_dts ? dts : has_pts ? pts : last_dts;
        bad_pts += has_pts && pts <= last_pts;
        last_pts = has_pts ? pts : has_dts ? dts : last_pts;
        clip->timestamp[k] = has_pts && (bad_pts <= bad_dts || !has_dts) ? pts : dts;
    }
    return 1;
}

int mpeg4_clip_open(struct mpeg4_clip **ret, AVFormatContext *format, AVStream *stream,
                    size_t keep, const char **ret_reason, struct error *err)
{
    const AVCodecParameters *parameters = stream->codecpar;
    int facts;
    stream_facts(stream, &facts);
    if (parameters->codec_id != AV_CODEC_ID_MPEG4
        || !is_plain_tag(capitals(parameters->codec_tag)) || facts > 0) {
        *ret_reason = "it is not plain MPEG-4 part 2";
        return 0;
    }
    struct mpeg4_clip *clip = calloc(1, sizeof *clip);
    if (!clip) {
        return error_nomem(err, "a clip");
    }
    const char *reason = NULL;
    clip->stream_index = stream->index;
    clip->time_base = stream->time_base;
    clip->aspect = stream->sample_aspect_ratio;
    clip->kept = true;
    clip->keep = keep;
    clip->parameters = avcodec_parameters_alloc();
    int code = 1;
    if (!clip->parameters || avcodec_parameters_copy(clip->parameters, parameters) < 0) {
        code = error_nomem(err, "a clip");
    }
    if (code > 0) {
        code = read_packets(clip, format, stream, &reason, err);
    }
    if (code > 0) {
        code = mpeg4_stream_follow(&clip->stream, &reason, err);
    }
    if (code > 0 && clip->stream.picture_count == 0) {
        reason = "it has no pictures";
        code = 0;
    }
    if (code > 0) {
        code = set_timestamps(clip, err);
    }
    if (code <= 0) {
        *ret_reason = reason;
        mpeg4_clip_close(&clip);
        return code;
    }
    *ret = clip;
    return 1;
}

uint32_t mpeg4_clip_count(const struct mpeg4_clip *clip)
{
    return clip->stream.picture_count;
}

uint32_t mpeg4_clip_width(const struct mpeg4_clip *clip)
{
    return clip->stream.header.width;
}

uint32_t mpeg4_clip_height(const struct mpeg4_clip *clip)
{
    return clip->stream.header.height;
}

int64_t mpeg4_clip_timestamp(const struct mpeg4_clip *clip, uint32_t k)
{
    return clip->timestamp[k];
}

bool mpeg4_clip_is_kept(const struct mpeg4_clip *clip)
{
    return clip->kept;
}

struct walk {
    struct mpeg4_walker *walker;
    const struct mpeg4_clip *clip;
};

static_assert(MPEG4_WALKER_PADDING <= AV_INPUT_BUFFER_PADDING_SIZE,
              "packets have no more readable bytes than that behind them");

static bool is_whole(void *context, uint32_t packet)
{
    const struct walk *walk = context;
    return mpeg4_walker_is_whole(walk->walker, &walk->clip->stream.packets[packet],
                                 walk->clip->packets[packet]->data);
}

static bool knows_nothing(void *context, uint32_t packet)
{
    (void)context;
    (void)packet;
    return false;
}

static int make_plan(struct mpeg4_plan *ret, const struct mpeg4_clip *clip, const uint32_t *wanted,
                     uint32_t count, struct error *err)
{
    const struct mpeg4_stream *stream = &clip->stream;
    struct walk walk = {.clip = clip};
    struct mpeg4_checker checker = {knows_nothing, &walk};
    if (clip->kept && stream->header.packed) {
        int code = mpeg4_walker_open(&walk.walker, &stream->header, err);
        if (code < 0) {
            return code;
        }
        checker.is_whole = is_whole;
    }
    int code = mpeg4_plan_make(ret, stream, wanted, count, true, &checker, err);
    if (code == 0) { // its clock may hang on what a jump leaves out
        code = mpeg4_plan_make(ret, stream, wanted, count, false, &checker, err);
    }
    mpeg4_walker_close(&walk.walker);
    return code;
}

int mpeg4_clip_decode(struct mpeg4_clip *clip, AVFormatContext *format, const uint32_t *wanted,
                      uint32_t count, mpeg4_take_function *take, void *context,
                      struct error *err)
{
    struct mpeg4_plan plan = {0};
    int code = make_plan(&plan, clip, wanted, count, err);
    if (code <= 0) {
        return code;
    }
    const struct mpeg4_input input = {
        .stream = &clip->stream,
        .packets = clip->kept ? clip->packets : NULL,
        .format = format,
        .stream_index = clip->stream_index,
        .parameters = clip->parameters,
        .time_base = clip->time_base,
        .aspect = clip->aspect,
    };
    code = mpeg4_run(&input, &plan, take, context, err);
    mpeg4_plan_clear(&plan);
    return code;
}

void mpeg4_clip_close(struct mpeg4_clip **clip)
{
    if (!*clip) {
        return;
    }
    drop_packets(*clip);
    free((*clip)->packets);
    free((*clip)->pts);
    free((*clip)->dts);
    free((*clip)->timestamp);
    avcodec_parameters_free(&(*clip)->parameters);
    mpeg4_stream_clear(&(*clip)->stream);
    free(*clip);
    *clip = NULL;
}
