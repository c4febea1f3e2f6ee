/* Reading clips where nothing can be opened and no thread be made. */
#include "core/video/clip.h"

#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>
#include <libavcodec/avcodec.h>

#include "core/base/child.h"
#include "core/base/io.h"
#include "tests/unit/tree_fixture.h"
#include "tests/unit/video_fixture.h"

enum { FRAME_BYTES = 64 * 64 * 3, FRAMES = 3, TIMEOUT_MS = 60000 };

// What a child's run needs and what it hands back.
struct job {
    const char *name;
    int fd;
    struct clip_reader *reader;
};

struct result {
    struct clip_info info;
    uint32_t index[FRAMES];
    double timestamp[FRAMES];
    uint8_t pixels[FRAMES][FRAME_BYTES];
    int opened; // errno of an attempt to open a file
};

static int prepare(void *context, struct error *err)
{
    struct job *job = context;
    struct clip_options options = plain_options(FRAMES);
    return clip_reader_open(&job->reader, &options, err);
}

static int run(struct child_buffer *out, void *context, struct error *err)
{
    struct job *job = context;
    static struct result result;
    int code = clip_read(job->reader, job->fd, job->name, result.pixels[0], result.index,
                         result.timestamp, &result.info, err);
    if (code < 0) {
        return code;
    }
    // Is this the place it is meant to be?
    int fd = open(job->name, O_RDONLY);
    result.opened = fd >= 0 ? 0 : errno;
    return child_buffer_add(out, &result, sizeof result, err);
}

static int read_in_child(struct result *ret, const char *path, struct error *err)
{
    struct job job = {.name = path};
    assert_int_equal(io_open_regular(&job.fd, NULL, path, err), 0);
    struct child_call call = {.name = path, .fd = job.fd, .capacity = sizeof *ret,
                              .timeout_ms = TIMEOUT_MS, .prepare = prepare, .run = run,
                              .context = &job};
    struct sandbox sandbox = sandbox_defaults();
    sandbox.mode = SANDBOX_REQUIRE;
    void *data = NULL;
    size_t size = 0;
    int code = child_call(&data, &size, &call, &sandbox, err);
    close(job.fd);
    if (code == 0) {
        assert_int_equal(size, sizeof *ret);
        memcpy(ret, data, size);
        free(data);
    }
    return code;
}

static void assert_same_inside(const char *path)
{
    struct error err = ERROR_INIT;
    struct clip_options options = plain_options(FRAMES);
    struct reading outside = read_good(path, &options);
    struct result *inside = malloc(sizeof *inside);
    if (read_in_child(inside, path, &err) < 0) {
        fail_msg("%s: %s", path, err.text);
    }
    assert_int_equal(inside->opened, EPERM);
    assert_memory_equal(&inside->info, &outside.info, sizeof outside.info);
    assert_memory_equal(inside->index, outside.index, sizeof inside->index);
    assert_memory_equal(inside->timestamp, outside.timestamp, sizeof inside->timestamp);
    assert_memory_equal(inside->pixels, outside.pixels, sizeof inside->pixels);
    free(inside);
    reading_free(&outside);
}

static void clips_are_read_in_the_sandbox(void **state)
{
    (void)state;
    if (!sandbox_has_filter()) {
        print_message("system calls cannot be filtered here\n");
        skip();
    }
    struct avi_clip clip = plain_clip(30, AVI_NO_BFRAMES);
    write_numbered("plain.avi", &clip);
    assert_same_inside("plain.avi");
    clip.bframes = AVI_PACKED_BFRAMES;
    write_numbered("packed.avi", &clip);
    assert_same_inside("packed.avi");
}

// A picture of its own, as an image file.
static void write_image(const char *path, int codec_id, int format)
{
    const AVCodec *encoder = avcodec_find_encoder(codec_id);
    AVCodecContext *codec = avcodec_alloc_context3(encoder);
    assert_non_null(codec);
    codec->width = 96;
    codec->height = 64;
    codec->pix_fmt = format;
    codec->time_base = (AVRational){1, 25};
    codec->color_range = AVCOL_RANGE_JPEG;
    codec->thread_count = 1;
    assert_int_equal(avcodec_open2(codec, encoder, NULL), 0);
    AVFrame *picture = new_picture(format, 96, 64);
    for (int plane = 0; plane < 3 && picture->data[plane]; plane++) {
        memset(picture->data[plane], 60 + 60 * plane,
               (size_t)picture->linesize[plane] * (plane ? 32 : 64));
    }
    picture->pts = 0;
    AVPacket *packet = av_packet_alloc();
    assert_true(avcodec_send_frame(codec, picture) >= 0 && avcodec_send_frame(codec, NULL) >= 0);
    assert_int_equal(avcodec_receive_packet(codec, packet), 0);
    tree_put_bytes(path, packet->data, (size_t)packet->size);
    av_packet_free(&packet);
    av_frame_free(&picture);
    avcodec_free_context(&codec);
}

static void assert_still(const char *path)
{
    struct clip_options options = plain_options(FRAMES);
    struct reading r = read_good(path, &options);
    assert_int_equal(r.info.frame_count, 1);
    assert_int_equal(r.info.width, 96);
    assert_int_equal(r.info.height, 64);
    assert_true(r.timestamp[0] == 0);
    assert_memory_equal(r.pixels, r.pixels + 2 * FRAME_BYTES, FRAME_BYTES);
    reading_free(&r);
    if (sandbox_has_filter()) {
        assert_same_inside(path);
    }
}

// Image files are clips of one picture, whatever they are called.
static void stills_are_read(void **state)
{
    (void)state;
    write_image("1.jpg", AV_CODEC_ID_MJPEG, AV_PIX_FMT_YUVJ420P);
    write_image("picture.png", AV_CODEC_ID_PNG, AV_PIX_FMT_GRAY8);
    write_image("no extension", AV_CODEC_ID_MJPEG, AV_PIX_FMT_YUVJ420P);
    write_image("%03d.jpg", AV_CODEC_ID_MJPEG, AV_PIX_FMT_YUVJ420P);
    write_image("http:x.jpeg", AV_CODEC_ID_MJPEG, AV_PIX_FMT_YUVJ420P);
    assert_still("1.jpg");
    assert_still("picture.png");
    assert_still("no extension");
    assert_still("%03d.jpg");
    assert_still("http:x.jpeg");
}

static void errors_come_out_of_the_sandbox(void **state)
{
    (void)state;
    if (!sandbox_has_filter()) {
        print_message("system calls cannot be filtered here\n");
        skip();
    }
    tree_put("text.avi", "To be or not to be");
    struct error err = ERROR_INIT;
    assert_int_equal(read_in_child(NULL, "text.avi", &err), ERR_DECODE);
    assert_non_null(strstr(err.text, "not a video"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(clips_are_read_in_the_sandbox, tree_enter, tree_leave),
        cmocka_unit_test_setup_teardown(stills_are_read, tree_enter, tree_leave),
        cmocka_unit_test_setup_teardown(errors_come_out_of_the_sandbox, tree_enter, tree_leave),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
