#include "tests/unit/mpeg4_fixture.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <libavcodec/avcodec.h>

enum { WIDTH = 80, HEIGHT = 48, SPARE = 256 };

#define MUST(condition) must(condition, #condition, __LINE__)

static void must(bool condition, const char *text, int line)
{
    if (!condition) {
        fprintf(stderr, "mpeg4_fixture.c:%d: %s does not hold\n", line, text);
        abort();
    }
}

// A square that moves over a ground that changes, so that all pictures differ.
static void paint(void *context, int frame, uint8_t *bgr)
{
    (void)context;
    for (int y = 0; y < HEIGHT; y++) {
        for (int x = 0; x < WIDTH; x++) {
            uint8_t *pixel = bgr + 3 * (y * WIDTH + x);
            int ground = (x * y / 8 + frame * 5) & 0xFF;
            bool square = abs(x - (frame * 7) % WIDTH) < 12 && abs(y - (frame * 3) % HEIGHT) < 9;
            pixel[0] = (uint8_t)ground;
            pixel[1] = (uint8_t)(square ? 230 : 255 - ground);
            pixel[2] = (uint8_t)(square ? 30 + frame : x * 3);
        }
    }
}

static uint8_t *load(const char *path, size_t *size)
{
    FILE *file = fopen(path, "rb");
    MUST(file);
    MUST(fseek(file, 0, SEEK_END) == 0);
    *size = (size_t)ftell(file);
    rewind(file);
    uint8_t *data = malloc(*size);
    MUST(data && fread(data, 1, *size, file) == *size);
    fclose(file);
    return data;
}

static uint32_t read_u32(const uint8_t *at)
{
    return (uint32_t)at[0] | (uint32_t)at[1] << 8 | (uint32_t)at[2] << 16 | (uint32_t)at[3] << 24;
}

static void write_u32(uint8_t *at, size_t value)
{
    for (int i = 0; i < 4; i++) {
        at[i] = (uint8_t)(value >> 8 * i);
    }
}

static uint8_t *copy_of(const uint8_t *data, size_t size)
{
    uint8_t *copy = malloc(size + SPARE);
    MUST(copy);
    memcpy(copy, data, size);
    return copy;
}

struct fixture_avi fixture_avi_make(enum avi_bframes bframes, int frames, int key_interval,
                                    int quality)
{
    const char *folder = getenv("TMPDIR");
    char path[512];
    snprintf(path, sizeof path, "%s/mpeg4-fixture-XXXXXX", folder ? folder : "/tmp");
    int fd = mkstemp(path);
    MUST(fd >= 0);
    close(fd);
    char avi_path[520];
    snprintf(avi_path, sizeof avi_path, "%s.avi", path);
    struct avi_clip clip = {
        .width = WIDTH, .height = HEIGHT, .rate_num = 25, .rate_den = 1, .frames = frames,
        .key_interval = key_interval, .quality = quality, .bframes = bframes,
    };
    struct error err = ERROR_INIT;
    MUST(avi_clip_write(avi_path, &clip, paint, NULL, &err) == 0);
    size_t size;
    uint8_t *data = load(avi_path, &size);
    unlink(avi_path);
    unlink(path);

    size_t list = 0;
    while (memcmp(data + list, "LIST", 4) != 0 || memcmp(data + list + 8, "movi", 4) != 0) {
        MUST(++list + 12 < size);
    }
    struct fixture_avi avi = {.head_size = list + 12};
    avi.head = copy_of(data, avi.head_size);
    size_t at = avi.head_size;
    while (at + 8 <= size && memcmp(data + at, "00dc", 4) == 0) {
        size_t length = read_u32(data + at + 4);
        MUST(at + 8 + length <= size && avi.count < 200);
        avi.chunks[avi.count] = copy_of(data + at + 8, length);
        avi.sizes[avi.count++] = length;
        at += 8 + length + length % 2;
    }
    free(data);
    MUST(avi.count > 0);
    return avi;
}

void fixture_avi_free(struct fixture_avi *avi)
{
    for (uint32_t i = 0; i < avi->count; i++) {
        free(avi->chunks[i]);
    }
    free(avi->head);
    *avi = (struct fixture_avi){0};
}

uint8_t *fixture_avi_file(const struct fixture_avi *avi, size_t *ret_size)
{
    size_t size = avi->head_size;
    for (uint32_t i = 0; i < avi->count; i++) {
        size += 8 + avi->sizes[i] + avi->sizes[i] % 2;
    }
    uint8_t *data = calloc(1, size);
    MUST(data);
    memcpy(data, avi->head, avi->head_size);
    size_t at = avi->head_size;
    for (uint32_t i = 0; i < avi->count; i++) {
        memcpy(data + at, "00dc", 4);
        write_u32(data + at + 4, avi->sizes[i]);
        memcpy(data + at + 8, avi->chunks[i], avi->sizes[i]);
        at += 8 + avi->sizes[i] + avi->sizes[i] % 2;
    }
    write_u32(data + 4, size - 8);
    write_u32(data + avi->head_size - 8, size - avi->head_size + 4);
    *ret_size = size;
    return data;
}

static void drop(struct fixture_avi *avi, uint32_t i)
{
    free(avi->chunks[i]);
    avi->count--;
    for (; i < avi->count; i++) {
        avi->chunks[i] = avi->chunks[i + 1];
        avi->sizes[i] = avi->sizes[i + 1];
    }
}

static void insert(struct fixture_avi *avi, uint32_t i, const uint8_t *data, size_t size)
{
    MUST(avi->count < 256);
    uint8_t *copy = copy_of(data, size);
    for (uint32_t j = avi->count++; j > i; j--) {
        avi->chunks[j] = avi->chunks[j - 1];
        avi->sizes[j] = avi->sizes[j - 1];
    }
    avi->chunks[i] = copy;
    avi->sizes[i] = size;
}

// The offset of the VOP number `number` in a chunk, or its size.
static size_t find_vop(const struct fixture_avi *avi, uint32_t i, int number)
{
    static const uint8_t code[] = {0, 0, 1, 0xB6};
    for (size_t at = 0; at + 4 < avi->sizes[i]; at++) {
        if (memcmp(avi->chunks[i] + at, code, 4) == 0 && number-- == 0) {
            return at;
        }
    }
    return avi->sizes[i];
}

static void flip(struct fixture_avi *avi, uint32_t i, size_t at, struct random *random)
{
    if (at < avi->sizes[i]) {
        avi->chunks[i][at] ^= (uint8_t)(1 << random_below(random, 8));
    }
}

static void join(struct fixture_avi *avi, uint32_t i)
{
    uint8_t *both = malloc(avi->sizes[i] + avi->sizes[i + 1] + SPARE);
    MUST(both);
    memcpy(both, avi->chunks[i], avi->sizes[i]);
    memcpy(both + avi->sizes[i], avi->chunks[i + 1], avi->sizes[i + 1]);
    free(avi->chunks[i]);
    avi->chunks[i] = both;
    avi->sizes[i] += avi->sizes[i + 1];
    drop(avi, i + 1);
}

static void swap(struct fixture_avi *avi, uint32_t i, uint32_t j)
{
    uint8_t *chunk = avi->chunks[i];
    size_t size = avi->sizes[i];
    avi->chunks[i] = avi->chunks[j];
    avi->sizes[i] = avi->sizes[j];
    avi->chunks[j] = chunk;
    avi->sizes[j] = size;
}

void fixture_avi_damage(struct fixture_avi *avi, struct random *random)
{
    uint32_t i = (uint32_t)random_below(random, avi->count);
    uint32_t j = (uint32_t)random_below(random, avi->count);
    size_t size = avi->sizes[i];
    size_t second = find_vop(avi, i, 1);
    switch (random_below(random, 12)) {
    case 0:
        flip(avi, i, find_vop(avi, i, 0) + random_below(random, 12), random);
        break;
    case 1:
        flip(avi, i, second + random_below(random, 12), random);
        break;
    case 2:
        flip(avi, i, random_below(random, size + 1), random);
        flip(avi, i, random_below(random, size + 1), random);
        break;
    case 3:
        flip(avi, 0, random_below(random, 64), random);
        break;
    case 4:
        if (avi->count > 1) {
            drop(avi, i);
        }
        break;
    case 5:
        insert(avi, i, avi->chunks[i], size);
        break;
    case 6:
        insert(avi, i, avi->chunks[j], avi->sizes[j]);
        break;
    case 7:
        swap(avi, i, j);
        break;
    case 8:
        avi->sizes[i] = random_below(random, size + 1);
        break;
    case 9:
        for (uint64_t n = random_below(random, 40); n > 0 && avi->sizes[i] < size + SPARE; n--) {
            uint64_t byte = random_below(random, 512);
            avi->chunks[i][avi->sizes[i]++] = byte < 256 ? (uint8_t)byte : 0;
        }
        break;
    case 10:
        if (i + 1 < avi->count) {
            join(avi, i);
        }
        break;
    default:
        if (second < size) {
            insert(avi, i, avi->chunks[i], second);
            memmove(avi->chunks[i + 1], avi->chunks[i + 1] + second, size - second);
            avi->sizes[i + 1] = size - second;
        }
        break;
    }
}

struct source {
    const uint8_t *data;
    int64_t size, at;
};

static int read_source(void *opaque, uint8_t *buffer, int size)
{
    struct source *source = opaque;
    int64_t left = source->size - source->at;
    int n = left < size ? (int)left : size;
    memcpy(buffer, source->data + source->at, (size_t)n);
    source->at += n;
    return n > 0 ? n : AVERROR_EOF;
}

static int64_t seek_source(void *opaque, int64_t offset, int whence)
{
    struct source *source = opaque;
    whence &= ~AVSEEK_FORCE;
    if (whence == AVSEEK_SIZE) {
        return source->size;
    }
    int64_t to = offset + (whence == SEEK_CUR ? source->at : whence == SEEK_END ? source->size : 0);
    if (to < 0 || to > source->size) {
        return AVERROR(EINVAL);
    }
    return source->at = to;
}

static void free_io(AVIOContext *io)
{
    free(io->opaque);
    av_freep(&io->buffer);
    avio_context_free(&io);
}

AVFormatContext *fixture_open(const uint8_t *data, size_t size, bool probe, AVStream **ret_stream)
{
    struct source *source = malloc(sizeof *source);
    AVFormatContext *format = avformat_alloc_context();
    MUST(source && format);
    *source = (struct source){.data = data, .size = (int64_t)size};
    AVIOContext *io = avio_alloc_context(av_malloc(4096), 4096, 0, source, read_source, NULL,
                                         seek_source);
    MUST(io);
    format->pb = io;
    if (avformat_open_input(&format, "clip.avi", NULL, NULL) < 0) {
        free_io(io);
        return NULL;
    }
    if (probe) {
        avformat_find_stream_info(format, NULL); // its failure is seen later
    }
    int best = av_find_best_stream(format, AVMEDIA_TYPE_VIDEO, -1, -1, NULL, 0);
    if (best < 0) {
        fixture_close(&format);
        return NULL;
    }
    *ret_stream = format->streams[best];
    return format;
}

void fixture_close(AVFormatContext **format)
{
    AVIOContext *io = (*format)->pb;
    avformat_close_input(format);
    free_io(io);
}

uint64_t fixture_picture_hash(const AVFrame *picture)
{
    uint64_t hash = (uint64_t)picture->width << 32 | (uint32_t)picture->height;
    for (int plane = 0; plane < 3; plane++) {
        int width = plane ? (picture->width + 1) / 2 : picture->width;
        int height = plane ? (picture->height + 1) / 2 : picture->height;
        for (int y = 0; y < height; y++) {
            const uint8_t *row = picture->data[plane] + y * picture->linesize[plane];
            for (int x = 0; x < width; x++) {
                hash = (hash ^ row[x]) * 0x100000001B3;
            }
        }
    }
    return hash;
}

static void take_pictures(struct fixture_pictures *pictures, AVCodecContext *codec, AVFrame *frame)
{
    while (avcodec_receive_frame(codec, frame) >= 0) {
        MUST(pictures->count < 512);
        pictures->complaints += frame->decode_error_flags != 0;
        pictures->timestamp[pictures->count] = frame->best_effort_timestamp;
        pictures->hash[pictures->count++] = fixture_picture_hash(frame);
    }
}

struct fixture_pictures fixture_decode(const uint8_t *data, size_t size)
{
    struct fixture_pictures pictures = {
        .hash = calloc(512, sizeof *pictures.hash),
        .timestamp = calloc(512, sizeof *pictures.timestamp),
    };
    AVStream *stream = NULL;
    AVFormatContext *format = fixture_open(data, size, true, &stream);
    MUST(pictures.hash && pictures.timestamp);
    const AVCodec *decoder = format ? avcodec_find_decoder(stream->codecpar->codec_id) : NULL;
    AVCodecContext *codec = decoder ? avcodec_alloc_context3(decoder) : NULL;
    AVPacket *packet = av_packet_alloc();
    AVFrame *frame = av_frame_alloc();
    MUST(packet && frame);
    if (codec) {
        MUST(avcodec_parameters_to_context(codec, stream->codecpar) >= 0);
        codec->thread_count = 1;
        codec->flags |= AV_CODEC_FLAG_BITEXACT;
        codec->pkt_timebase = stream->time_base;
        MUST(avcodec_open2(codec, decoder, NULL) >= 0);
        while (av_read_frame(format, packet) >= 0) {
            if (packet->stream_index == stream->index && packet->size > 0) {
                pictures.complaints += avcodec_send_packet(codec, packet) < 0;
                take_pictures(&pictures, codec, frame);
            }
            av_packet_unref(packet);
        }
        avcodec_send_packet(codec, NULL);
        take_pictures(&pictures, codec, frame);
    }
    av_packet_free(&packet);
    av_frame_free(&frame);
    avcodec_free_context(&codec);
    if (format) {
        fixture_close(&format);
    }
    return pictures;
}

void fixture_pictures_free(struct fixture_pictures *pictures)
{
    free(pictures->hash);
    free(pictures->timestamp);
    *pictures = (struct fixture_pictures){0};
}
