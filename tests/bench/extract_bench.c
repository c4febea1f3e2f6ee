/* How long reading a clip takes: decoding what is needed, decoding everything,
 * and, as the limit, the bare decoding of what is needed.
 *
 *   extract-bench [--rounds N] CLIP...
 *
 * CPU time of one thread, three frames of 64x64 a clip. The ways take turns
 * clip by clip, so that what else the machine does hits all of them. Only
 * MPEG-4 clips for which decoding what is needed is possible are counted. */

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include <libavcodec/avcodec.h>
#include <libavformat/avformat.h>

#include "core/base/text.h"
#include "core/video/clip.h"
#include "core/video/mpeg4_plan.h"

enum { FRAMES = 3, SIDE = 64, UCF101_CLIPS = 13320, KINDS = 3 };

static void die(const char *what, const char *name)
{
    fprintf(stderr, "extract-bench: %s: %s\n", name, what);
    exit(1);
}

static void *must(void *memory)
{
    if (!memory) {
        die("out of memory", "benchmark");
    }
    return memory;
}

static double cpu_seconds(void)
{
    struct timespec now;
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
    return (double)now.tv_sec + (double)now.tv_nsec * 1e-9;
}

static struct clip_options options_of(enum clip_seek seek)
{
    return (struct clip_options){
        .samples = 1, .frames = FRAMES, .width = SIDE, .height = SIDE, .fit = FIT_CROP,
        .sampling = CHOOSE_CENTERS, .seek = seek,
    };
}

// CPU time of clip_read(); *ret_partly: it took the short way.
static double time_read(struct clip_reader *reader, const char *path, bool *ret_partly)
{
    uint8_t pixels[FRAMES * SIDE * SIDE * 3];
    uint32_t index[FRAMES];
    double timestamp[FRAMES];
    struct clip_info info;
    struct error err = ERROR_INIT;
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0) {
        die(strerror(errno), path);
    }
    double start = cpu_seconds();
    if (clip_read(reader, fd, path, pixels, index, timestamp, &info, &err) < 0) {
        die(err.text, path);
    }
    double seconds = cpu_seconds() - start;
    close(fd);
    *ret_partly = info.partly;
    return seconds;
}

static AVFormatContext *open_format(const char *path, int *ret_stream)
{
    AVFormatContext *format = NULL;
    if (avformat_open_input(&format, path, av_find_input_format("avi"), NULL) < 0) {
        die("not an AVI file", path);
    }
    *ret_stream = av_find_best_stream(format, AVMEDIA_TYPE_VIDEO, -1, -1, NULL, 0);
    if (*ret_stream < 0) {
        die("no video", path);
    }
    for (unsigned i = 0; i < format->nb_streams; i++) {
        format->streams[i]->discard = (int)i == *ret_stream ? AVDISCARD_DEFAULT : AVDISCARD_ALL;
    }
    return format;
}

// Read the packets of a clip without decoding any.
static void follow(struct mpeg4_stream *stream, const char *path)
{
    int number;
    AVFormatContext *format = open_format(path, &number);
    AVPacket *packet = must(av_packet_alloc());
    uint8_t *header = NULL;
    size_t header_size = 0, capacity = 0;
    while (av_read_frame(format, packet) >= 0) {
        if (packet->stream_index == number) {
            const uint8_t *data = packet->data;
            size_t size = (size_t)packet->size;
            if (!header) {
                header_size = mpeg4_header_length(data, size);
                header = must(malloc(header_size + 1));
                memcpy(header, data, header_size);
                const char *reason = mpeg4_read_header(&stream->header, data, header_size, 0);
                if (reason) {
                    die(reason, path);
                }
            }
            if (stream->packet_count == capacity) {
                capacity = capacity ? 2 * capacity : 512;
                stream->packets = must(realloc(stream->packets,
                                               capacity * sizeof *stream->packets));
            }
            const char *reason = mpeg4_read_packet(&stream->packets[stream->packet_count++], data,
                                                   size, &stream->header, header, header_size);
            if (reason) {
                die(reason, path);
            }
        }
        av_packet_unref(packet);
    }
    free(header);
    av_packet_free(&packet);
    avformat_close_input(&format);
    const char *reason = NULL;
    if (mpeg4_stream_follow(stream, &reason, NULL) != 1) {
        die(reason ? reason : "out of memory", path);
    }
}

// The plan for the frames that clip_read() picks.
static struct mpeg4_plan plan_of(const char *path)
{
    struct mpeg4_stream stream = {0};
    follow(&stream, path);
    struct clip_options options = options_of(CLIP_SEEK_AUTO);
    struct choice choice = clip_choice(&options, 0);
    uint32_t index[FRAMES], count = 0;
    choose_frames(&choice, stream.picture_count, index);
    for (int i = 0; i < FRAMES; i++) {
        if (count == 0 || index[count - 1] != index[i]) {
            index[count++] = index[i];
        }
    }
    struct mpeg4_plan plan;
    if (mpeg4_plan_make(&plan, &stream, index, count, true, NULL, NULL) != 1) {
        die("no plan", path);
    }
    mpeg4_stream_clear(&stream);
    return plan;
}

/* The limit: a loop that does nothing but feed the decoder, with everything
 * known before and nothing checked. */
static double time_bare(const char *path, const struct mpeg4_plan *plan)
{
    double start = cpu_seconds();
    int number;
    AVFormatContext *format = open_format(path, &number);
    const AVCodec *codec = avcodec_find_decoder(AV_CODEC_ID_MPEG4);
    AVCodecContext *decoder = must(avcodec_alloc_context3(codec));
    AVPacket *packet = must(av_packet_alloc());
    AVFrame *frame = must(av_frame_alloc());
    avcodec_parameters_to_context(decoder, format->streams[number]->codecpar);
    decoder->thread_count = 1;
    decoder->flags |= AV_CODEC_FLAG_BITEXACT;
    avcodec_open2(decoder, codec, NULL);
    uint32_t next = 0;
    for (uint32_t i = 0; i < plan->count; i++) {
        const struct mpeg4_action *action = &plan->actions[i];
        bool drain = action->kind == MPEG4_DRAIN;
        while (!drain && next <= action->packet) {
            av_packet_unref(packet);
            if (av_read_frame(format, packet) < 0) {
                die("it has become shorter", path);
            }
            next += packet->stream_index == number;
        }
        decoder->skip_frame = action->kind == MPEG4_FEED_SKIP ? AVDISCARD_NONREF
                                                              : AVDISCARD_DEFAULT;
        avcodec_send_packet(decoder, drain ? NULL : packet);
        bool got = avcodec_receive_frame(decoder, frame) >= 0;
        if (action->wanted && !got) {
            die("a picture is missing", path);
        }
        if (drain) {
            avcodec_flush_buffers(decoder);
        }
    }
    av_frame_free(&frame);
    av_packet_free(&packet);
    avcodec_free_context(&decoder);
    avformat_close_input(&format);
    return cpu_seconds() - start;
}

static void print_line(const char *what, double seconds, int clips)
{
    printf("%-28s %8.1f clips/s  %7.2f ms a clip  %5.0f s for UCF101's %d on one core\n", what,
           clips / seconds, 1e3 * seconds / clips, seconds / clips * UCF101_CLIPS, UCF101_CLIPS);
}

int main(int argc, char **argv)
{
    int rounds = 3, first = 1;
    if (argc > 2 && strcmp(argv[1], "--rounds") == 0) {
        if (!text_to_int(argv[2], 1, 1000, &rounds)) {
            die("--rounds is 1 to 1000", argv[2]);
        }
        first = 3;
    }
    if (first >= argc) {
        fprintf(stderr, "usage: extract-bench [--rounds N] CLIP...\n");
        return 2;
    }
    struct clip_reader *readers[2];
    static const enum clip_seek ways[2] = {CLIP_SEEK_AUTO, CLIP_SEEK_NEVER};
    for (int i = 0; i < 2; i++) {
        struct clip_options options = options_of(ways[i]);
        struct error err = ERROR_INIT;
        if (clip_reader_open(&readers[i], &options, &err) < 0) {
            die(err.text, "clip reader");
        }
    }
    double total[KINDS] = {0};
    int clips = 0, others = 0;
    for (int i = first; i < argc; i++) {
        bool partly;
        time_read(readers[0], argv[i], &partly); // warms the cache, too
        if (!partly) {
            others++;
            continue;
        }
        struct mpeg4_plan plan = plan_of(argv[i]);
        double best[KINDS] = {0};
        for (int round = 0; round < rounds; round++) {
            double now[KINDS] = {time_read(readers[0], argv[i], &partly),
                                 time_read(readers[1], argv[i], &partly),
                                 time_bare(argv[i], &plan)};
            for (int kind = 0; kind < KINDS; kind++) {
                best[kind] = round == 0 || now[kind] < best[kind] ? now[kind] : best[kind];
            }
        }
        for (int kind = 0; kind < KINDS; kind++) {
            total[kind] += best[kind];
        }
        mpeg4_plan_clear(&plan);
        clips++;
    }
    clip_reader_close(&readers[0]);
    clip_reader_close(&readers[1]);
    if (clips == 0) {
        die("no clip that can be decoded in part", argv[first]);
    }
    printf("%d clips, the best of %d rounds each; %d others\n", clips, rounds, others);
    print_line("--seek auto", total[0], clips);
    print_line("--seek never", total[1], clips);
    print_line("bare decoding of the same", total[2], clips);
    printf("auto is %.2f times never, and %.1f %% of the bare decoding limit\n",
           total[1] / total[0], 100 * total[2] / total[0]);
    return 0;
}
