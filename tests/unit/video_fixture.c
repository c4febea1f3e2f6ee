#include "tests/unit/video_fixture.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>
#include <libavcodec/avcodec.h>
#include <libavformat/avformat.h>
#include <libavutil/opt.h>
#include <libswscale/swscale.h>

#include "core/base/io.h"

enum { BITS = 8, SIDE = 64, FRAME_BYTES = SIDE * SIDE * 3 };

AVFrame *new_picture(int format, int width, int height)
{
    AVFrame *picture = av_frame_alloc();
    assert_non_null(picture);
    picture->format = format;
    picture->width = width;
    picture->height = height;
    assert_int_equal(av_frame_get_buffer(picture, 0), 0);
    return picture;
}

AVFrame *busy_picture(int width, int height)
{
    AVFrame *picture = new_picture(AV_PIX_FMT_YUV420P, width, height);
    for (int plane = 0; plane < 3; plane++) {
        int w = plane ? (width + 1) / 2 : width;
        int h = plane ? (height + 1) / 2 : height;
        for (int y = 0; y < h; y++) {
            for (int x = 0; x < w; x++) {
                picture->data[plane][y * picture->linesize[plane] + x] =
                    (uint8_t)(16 + (x * 7 + y * 13 + x * y / 5 + plane * 50) % 220);
            }
        }
    }
    return picture;
}

struct avi_clip plain_clip(int frames, enum avi_bframes bframes)
{
    return (struct avi_clip){.width = 320, .height = 240, .rate_num = 25, .rate_den = 1,
                             .frames = frames, .key_interval = 12, .quality = 3,
                             .bframes = bframes};
}

static void paint_number(void *context, int frame, uint8_t *bgr)
{
    const struct avi_clip *clip = context;
    for (int y = 0; y < clip->height; y++) {
        int bit = y * BITS / clip->height;
        int base = frame >> bit & 1 ? 200 : 30;
        for (int x = 0; x < clip->width; x++) {
            // A moving pattern, so that the pictures need motion and residue.
            uint8_t *pixel = bgr + ((size_t)y * (size_t)clip->width + (size_t)x) * 3;
            pixel[0] = (uint8_t)(base + (x + 3 * frame) / 8 % 4 * 8);
            pixel[1] = (uint8_t)(base + (y + frame) / 5 % 3 * 6);
            pixel[2] = (uint8_t)base;
        }
    }
}

void write_numbered(const char *path, const struct avi_clip *clip)
{
    struct error err = ERROR_INIT;
    struct avi_clip copy = *clip;
    if (avi_clip_write(path, clip, paint_number, &copy, &err) < 0) {
        fail_msg("%s", err.text);
    }
}

int read_number(const uint8_t *frame, int width, int height)
{
    int number = 0;
    for (int bit = 0; bit < BITS; bit++) {
        int y = (2 * bit + 1) * height / (2 * BITS);
        number |= (frame[(y * width + width / 2) * 3 + 1] > 128) << bit;
    }
    return number;
}

struct clip_options plain_options(int frames)
{
    return (struct clip_options){.samples = 1, .frames = frames, .width = SIDE, .height = SIDE,
                                 .fit = FIT_CROP, .sampling = CHOOSE_CENTERS};
}

int read_clip(struct reading *ret, const char *path, const struct clip_options *options,
              struct error *err)
{
    size_t picks = (size_t)options->samples * (size_t)options->frames;
    *ret = (struct reading){
        .options = *options,
        .pixels = malloc(picks * (size_t)options->width * (size_t)options->height * 3),
        .index = malloc(picks * sizeof *ret->index),
        .timestamp = malloc(picks * sizeof *ret->timestamp),
    };
    assert_true(ret->pixels && ret->index && ret->timestamp);
    struct clip_reader *reader = NULL;
    int fd = -1;
    if (clip_reader_open(&reader, options, err) < 0
        || io_open_regular(&fd, NULL, path, err) < 0) {
        fail_msg("%s", err->text);
    }
    int code = clip_read(reader, fd, path, ret->pixels, ret->index, ret->timestamp, &ret->info,
                         err);
    assert_int_equal(lseek(fd, 0, SEEK_CUR), 0); // read by offset
    close(fd);
    clip_reader_close(&reader);
    assert_null(reader);
    return code;
}

struct reading read_good(const char *path, const struct clip_options *options)
{
    struct error err = ERROR_INIT;
    struct reading reading;
    if (read_clip(&reading, path, options, &err) < 0) {
        fail_msg("%s: %s", path, err.text);
    }
    return reading;
}

struct reading read_all(const char *path)
{
    struct clip_options options = plain_options(1);
    struct reading first = read_good(path, &options);
    options.frames = (int)first.info.frame_count;
    options.sampling = CHOOSE_UNIFORM;
    reading_free(&first);
    struct reading all = read_good(path, &options);
    for (uint32_t i = 0; i < all.info.frame_count; i++) {
        assert_int_equal(all.index[i], i);
    }
    return all;
}

void reading_free(struct reading *reading)
{
    free(reading->pixels);
    free(reading->index);
    free(reading->timestamp);
    *reading = (struct reading){.pixels = NULL};
}

static struct SwsContext *plain_scaler(void)
{
    struct SwsContext *sws = sws_alloc_context();
    assert_non_null(sws);
    av_opt_set_int(sws, "srcw", 240, 0);
    av_opt_set_int(sws, "srch", 240, 0);
    av_opt_set_int(sws, "src_format", AV_PIX_FMT_YUV420P, 0);
    av_opt_set_int(sws, "src_v_chr_pos", 128, 0);
    av_opt_set_int(sws, "dstw", SIDE, 0);
    av_opt_set_int(sws, "dsth", SIDE, 0);
    av_opt_set_int(sws, "dst_format", AV_PIX_FMT_RGB24, 0);
    av_opt_set(sws, "sws_flags", "area+accurate_rnd+full_chroma_int+bitexact", 0);
    assert_true(sws_init_context(sws, NULL, NULL) >= 0);
    return sws;
}

// All pictures that the decoder has ready, behind the n that there are.
static int take_pictures(AVCodecContext *codec, struct SwsContext *sws, uint8_t **pixels, int n)
{
    AVFrame *frame = av_frame_alloc();
    AVFrame *small = new_picture(AV_PIX_FMT_RGB24, SIDE, SIDE);
    while (avcodec_receive_frame(codec, frame) >= 0) {
        assert_int_equal(frame->format, AV_PIX_FMT_YUV420P);
        assert_int_equal(frame->width, 320);
        const uint8_t *planes[] = {frame->data[0] + 40, frame->data[1] + 20, frame->data[2] + 20};
        sws_scale(sws, planes, frame->linesize, 0, 240, small->data, small->linesize);
        *pixels = realloc(*pixels, ((size_t)n + 1) * FRAME_BYTES);
        assert_non_null(*pixels);
        for (int y = 0; y < SIDE; y++) {
            memcpy(*pixels + (size_t)n * FRAME_BYTES + (size_t)y * SIDE * 3,
                   small->data[0] + y * small->linesize[0], SIDE * 3);
        }
        n++;
    }
    av_frame_free(&frame);
    av_frame_free(&small);
    return n;
}

int decode_plainly(const char *path, uint8_t **ret)
{
    AVFormatContext *format = NULL;
    assert_int_equal(avformat_open_input(&format, path, NULL, NULL), 0);
    assert_true(avformat_find_stream_info(format, NULL) >= 0);
    const AVCodec *decoder = avcodec_find_decoder(format->streams[0]->codecpar->codec_id);
    AVCodecContext *codec = avcodec_alloc_context3(decoder);
    assert_true(avcodec_parameters_to_context(codec, format->streams[0]->codecpar) >= 0);
    codec->flags |= AV_CODEC_FLAG_BITEXACT;
    assert_int_equal(avcodec_open2(codec, decoder, NULL), 0);
    struct SwsContext *sws = plain_scaler();
    AVPacket *packet = av_packet_alloc();
    uint8_t *pixels = NULL;
    int n = 0;
    while (av_read_frame(format, packet) >= 0) {
        avcodec_send_packet(codec, packet);
        av_packet_unref(packet);
        n = take_pictures(codec, sws, &pixels, n);
    }
    avcodec_send_packet(codec, NULL);
    n = take_pictures(codec, sws, &pixels, n);
    av_packet_free(&packet);
    sws_freeContext(sws);
    avcodec_free_context(&codec);
    avformat_close_input(&format);
    *ret = pixels;
    return n;
}
