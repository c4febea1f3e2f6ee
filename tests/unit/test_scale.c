/* From a picture to a packed frame: cut, turn, scale, pad, colours. */
#include "core/video/scale.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <libavutil/display.h>
#include <libavutil/opt.h>
#include <libavutil/pixdesc.h>
#include <libswscale/swscale.h>

#include "core/video/fit.h"
#include "tests/unit/video_fixture.h"

static void scale(const AVFrame *picture, const int32_t *matrix, enum clip_fit fit, int width,
                  int height, uint8_t *out)
{
    struct error err = ERROR_INIT;
    struct scaler *scaler = NULL;
    if (scaler_open(&scaler, width, height, fit, &err) < 0
        || scaler_run(scaler, picture, matrix, out, &err) < 0) {
        fail_msg("%s", err.text);
    }
    scaler_close(&scaler);
    assert_null(scaler);
}

/* What swscale makes of a part of a 4:2:0 picture that was copied out of it
 * first, so that nothing of the rest can matter. */
static void reference(const AVFrame *picture, struct box box, int width, int height, uint8_t *out)
{
    AVFrame *part = new_picture(AV_PIX_FMT_YUV420P, box.width, box.height);
    for (int plane = 0; plane < 3; plane++) {
        int shift = plane ? 1 : 0;
        for (int y = 0; y < (box.height + shift) >> shift; y++) {
            memcpy(part->data[plane] + y * part->linesize[plane],
                   picture->data[plane] + ((box.y >> shift) + y) * picture->linesize[plane]
                       + (box.x >> shift),
                   (size_t)((box.width + shift) >> shift));
        }
    }
    struct SwsContext *sws = sws_alloc_context();
    assert_non_null(sws);
    av_opt_set_int(sws, "srcw", box.width, 0);
    av_opt_set_int(sws, "srch", box.height, 0);
    av_opt_set_int(sws, "src_format", AV_PIX_FMT_YUV420P, 0);
    av_opt_set_int(sws, "src_v_chr_pos", 128, 0);
    av_opt_set_int(sws, "dstw", width, 0);
    av_opt_set_int(sws, "dsth", height, 0);
    av_opt_set_int(sws, "dst_format", AV_PIX_FMT_RGB24, 0);
    av_opt_set(sws, "sws_flags", "area+accurate_rnd+full_chroma_int+bitexact", 0);
    assert_true(sws_init_context(sws, NULL, NULL) >= 0);
    AVFrame *rgb = new_picture(AV_PIX_FMT_RGB24, width, height);
    sws_scale(sws, (const uint8_t *const *)part->data, part->linesize, 0, box.height, rgb->data,
              rgb->linesize);
    for (int y = 0; y < height; y++) {
        memcpy(out + y * width * 3, rgb->data[0] + y * rgb->linesize[0], (size_t)width * 3);
    }
    sws_freeContext(sws);
    av_frame_free(&part);
    av_frame_free(&rgb);
}

enum { FRAME_BYTES = 64 * 64 * 3 };

static void crop_is_cut_then_scale(void **state)
{
    (void)state;
    static const struct {
        int width, height;
        struct box box;
    } cases[] = {
        {320, 240, {40, 0, 240, 240}},
        {321, 241, {40, 0, 240, 240}},
        {241, 321, {0, 40, 240, 240}},
        {63, 63, {0, 0, 62, 62}},
        {33, 2000, {0, 984, 32, 32}},
    };
    uint8_t ours[FRAME_BYTES];
    uint8_t theirs[FRAME_BYTES];
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        AVFrame *picture = busy_picture(cases[i].width, cases[i].height);
        scale(picture, NULL, FIT_CROP, 64, 64, ours);
        reference(picture, cases[i].box, 64, 64, theirs);
        assert_memory_equal(ours, theirs, FRAME_BYTES);
        av_frame_free(&picture);
    }
}

static void pad_is_black_around(void **state)
{
    (void)state;
    uint8_t ours[FRAME_BYTES];
    uint8_t inner[64 * 48 * 3];
    AVFrame *picture = busy_picture(320, 240);
    memset(ours, 0xAA, sizeof ours);
    scale(picture, NULL, FIT_PAD, 64, 64, ours);
    reference(picture, (struct box){0, 0, 320, 240}, 64, 48, inner);
    assert_memory_equal(ours + 8 * 64 * 3, inner, sizeof inner);
    for (int i = 0; i < 8 * 64 * 3; i++) {
        assert_int_equal(ours[i], 0);
        assert_int_equal(ours[FRAME_BYTES - 1 - i], 0);
    }
    av_frame_free(&picture);
    picture = busy_picture(100, 200); // 32 columns in the middle
    scale(picture, NULL, FIT_PAD, 64, 64, ours);
    reference(picture, (struct box){0, 0, 100, 200}, 32, 64, inner);
    for (int y = 0; y < 64; y++) {
        assert_memory_equal(ours + (y * 64 + 16) * 3, inner + y * 32 * 3, 32 * 3);
        for (int x = 0; x < 16 * 3; x++) {
            assert_int_equal(ours[y * 64 * 3 + x], 0);
            assert_int_equal(ours[y * 64 * 3 + 48 * 3 + x], 0);
        }
    }
    av_frame_free(&picture);
}

static void stretch_takes_everything(void **state)
{
    (void)state;
    uint8_t ours[FRAME_BYTES];
    uint8_t theirs[FRAME_BYTES];
    AVFrame *picture = busy_picture(321, 100);
    scale(picture, NULL, FIT_STRETCH, 64, 64, ours);
    reference(picture, (struct box){0, 0, 321, 100}, 64, 64, theirs);
    assert_memory_equal(ours, theirs, FRAME_BYTES);
    av_frame_free(&picture);
}

static void size_may_change(void **state)
{
    (void)state;
    uint8_t ours[FRAME_BYTES];
    uint8_t theirs[FRAME_BYTES];
    static const int sizes[][2] = {{320, 240}, {160, 160}, {320, 240}, {240, 320}};
    struct error err = ERROR_INIT;
    struct scaler *scaler = NULL;
    assert_int_equal(scaler_open(&scaler, 64, 64, FIT_STRETCH, &err), 0);
    for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
        AVFrame *picture = busy_picture(sizes[i][0], sizes[i][1]);
        assert_int_equal(scaler_run(scaler, picture, NULL, ours, &err), 0);
        reference(picture, (struct box){0, 0, sizes[i][0], sizes[i][1]}, 64, 64, theirs);
        assert_memory_equal(ours, theirs, FRAME_BYTES);
        av_frame_free(&picture);
    }
    scaler_close(&scaler);
}

// ---- colours ----

static void fill_plane(AVFrame *picture, int plane, int rows, int value)
{
    memset(picture->data[plane], value, (size_t)rows * (size_t)picture->linesize[plane]);
}

// One colour in YUV, as the picture's tags explain it.
static void assert_colour(int format, int matrix, int range, const int yuv[3], const int rgb[3])
{
    AVFrame *picture = new_picture(format, 64, 64);
    picture->colorspace = matrix;
    picture->color_range = range;
    const AVPixFmtDescriptor *desc = av_pix_fmt_desc_get(format);
    for (int plane = 0; plane < 3; plane++) {
        fill_plane(picture, plane, plane ? 64 >> desc->log2_chroma_h : 64, yuv[plane]);
    }
    uint8_t out[8 * 8 * 3];
    scale(picture, NULL, FIT_CROP, 8, 8, out);
    for (int i = 0; i < 8 * 8; i++) {
        for (int c = 0; c < 3; c++) {
            if (abs(out[i * 3 + c] - rgb[c]) > 2) {
                fail_msg("pixel %d, channel %d: %d, not %d (%s, matrix %d, range %d)", i, c,
                         out[i * 3 + c], rgb[c], desc->name, matrix, range);
            }
        }
    }
    av_frame_free(&picture);
}

/* Red in each system, from the definitions: BT.601 has Y = 0.299 R + ...,
 * BT.709 Y = 0.2126 R + ...; limited range maps to 16 .. 235 and 16 .. 240. */
static void colours_follow_the_tags(void **state)
{
    (void)state;
    const int red[3] = {255, 0, 0};
    const int white[3] = {255, 255, 255};
    const int limited_601[3] = {81, 90, 240};
    const int limited_709[3] = {63, 102, 240};
    const int full_601[3] = {76, 85, 255};
    const int limited_white[3] = {235, 128, 128};
    const int full_white[3] = {255, 128, 128};
    int p = AV_PIX_FMT_YUV420P;
    int j = AV_PIX_FMT_YUVJ420P;
    assert_colour(p, AVCOL_SPC_UNSPECIFIED, AVCOL_RANGE_UNSPECIFIED, limited_601, red);
    assert_colour(p, AVCOL_SPC_SMPTE170M, AVCOL_RANGE_MPEG, limited_601, red);
    assert_colour(p, AVCOL_SPC_BT709, AVCOL_RANGE_UNSPECIFIED, limited_709, red);
    assert_colour(p, AVCOL_SPC_UNSPECIFIED, AVCOL_RANGE_JPEG, full_601, red);
    assert_colour(j, AVCOL_SPC_UNSPECIFIED, AVCOL_RANGE_UNSPECIFIED, full_601, red);
    assert_colour(j, AVCOL_SPC_BT470BG, AVCOL_RANGE_JPEG, full_601, red);
    assert_colour(AV_PIX_FMT_YUV422P, AVCOL_SPC_BT709, AVCOL_RANGE_MPEG, limited_709, red);
    assert_colour(p, AVCOL_SPC_UNSPECIFIED, AVCOL_RANGE_UNSPECIFIED, limited_white, white);
    assert_colour(p, AVCOL_SPC_UNSPECIFIED, AVCOL_RANGE_JPEG, full_white, white);
}

// The picture's left part is dark and its right part bright, in any format.
static void fill_halves(AVFrame *picture)
{
    AVFrame *rgb = new_picture(AV_PIX_FMT_RGB24, picture->width, picture->height);
    for (int y = 0; y < rgb->height; y++) {
        for (int x = 0; x < rgb->width; x++) {
            memset(rgb->data[0] + y * rgb->linesize[0] + 3 * x, x < rgb->width / 2 ? 0 : 255, 3);
        }
    }
    struct SwsContext *sws = sws_getContext(rgb->width, rgb->height, rgb->format, picture->width,
                                            picture->height, picture->format, SWS_POINT, NULL,
                                            NULL, NULL);
    assert_non_null(sws);
    sws_scale(sws, (const uint8_t *const *)rgb->data, rgb->linesize, 0, rgb->height,
              picture->data, picture->linesize);
    sws_freeContext(sws);
    av_frame_free(&rgb);
}

static int gray_at(const uint8_t *out, int width, int x, int y)
{
    return out[(y * width + x) * 3 + 1];
}

static void formats_are_read(void **state)
{
    (void)state;
    static const int formats[] = {
        AV_PIX_FMT_YUV420P, AV_PIX_FMT_YUV422P, AV_PIX_FMT_YUV444P, AV_PIX_FMT_YUV410P,
        AV_PIX_FMT_YUV440P, AV_PIX_FMT_YUYV422, AV_PIX_FMT_UYVY422, AV_PIX_FMT_NV12,
        AV_PIX_FMT_YUV420P10LE, AV_PIX_FMT_YUV422P10LE, AV_PIX_FMT_P010LE, AV_PIX_FMT_YUVA420P,
        AV_PIX_FMT_GRAY8, AV_PIX_FMT_GRAY16LE, AV_PIX_FMT_MONOBLACK, AV_PIX_FMT_RGB24,
        AV_PIX_FMT_BGR0, AV_PIX_FMT_RGBA, AV_PIX_FMT_RGB565LE, AV_PIX_FMT_GBRP,
        AV_PIX_FMT_RGB48LE,
    };
    int32_t quarter[9];
    av_display_rotation_set(quarter, 90); // clockwise
    for (size_t i = 0; i < sizeof formats / sizeof formats[0]; i++) {
        AVFrame *picture = new_picture(formats[i], 322, 242);
        fill_halves(picture);
        uint8_t out[FRAME_BYTES];
        scale(picture, NULL, FIT_CROP, 64, 64, out);
        if (gray_at(out, 64, 10, 32) > 20 || gray_at(out, 64, 53, 32) < 235) {
            fail_msg("%s: %d and %d", av_get_pix_fmt_name(formats[i]), gray_at(out, 64, 10, 32),
                     gray_at(out, 64, 53, 32));
        }
        // Left becomes top.
        scale(picture, quarter, FIT_CROP, 64, 64, out);
        if (gray_at(out, 64, 32, 10) > 20 || gray_at(out, 64, 32, 53) < 235) {
            fail_msg("%s, turned: %d and %d", av_get_pix_fmt_name(formats[i]),
                     gray_at(out, 64, 32, 10), gray_at(out, 64, 32, 53));
        }
        av_frame_free(&picture);
    }
}

static void palettes_are_read(void **state)
{
    (void)state;
    AVFrame *picture = new_picture(AV_PIX_FMT_PAL8, 100, 50);
    const uint32_t red = 0xFFFF0000;
    const uint32_t blue = 0xFF0000FF;
    memcpy(picture->data[1] + 4 * 7, &red, 4);
    memcpy(picture->data[1] + 4 * 9, &blue, 4);
    for (int y = 0; y < 50; y++) {
        memset(picture->data[0] + y * picture->linesize[0], 7, 50);
        memset(picture->data[0] + y * picture->linesize[0] + 50, 9, 50);
    }
    uint8_t out[FRAME_BYTES];
    scale(picture, NULL, FIT_CROP, 64, 64, out);
    assert_in_range(out[10 * 3], 253, 255);
    assert_in_range(out[10 * 3 + 2], 0, 2);
    assert_in_range(out[53 * 3], 0, 2);
    assert_in_range(out[53 * 3 + 2], 253, 255);
    int32_t half[9];
    av_display_rotation_set(half, 180);
    scale(picture, half, FIT_CROP, 64, 64, out);
    assert_in_range(out[10 * 3 + 2], 253, 255);
    assert_in_range(out[53 * 3], 253, 255);
    av_frame_free(&picture);
}

static void unknown_formats_are_refused(void **state)
{
    (void)state;
    uint8_t out[FRAME_BYTES];
    struct scaler *scaler = NULL;
    struct error err = ERROR_INIT;
    assert_int_equal(scaler_open(&scaler, 64, 64, FIT_CROP, &err), 0);
    AVFrame *picture = av_frame_alloc();
    assert_non_null(picture);
    picture->width = picture->height = 64;
    picture->format = AV_PIX_FMT_VAAPI;
    assert_int_equal(scaler_run(scaler, picture, NULL, out, &err), ERR_DECODE);
    assert_non_null(strstr(err.text, "vaapi"));
    picture->format = AV_PIX_FMT_NONE;
    assert_int_equal(scaler_run(scaler, picture, NULL, out, NULL), ERR_DECODE);
    av_frame_free(&picture);
    scaler_close(&scaler);
}

static void own_matrix_goes_first(void **state)
{
    (void)state;
    AVFrame *picture = new_picture(AV_PIX_FMT_GRAY8, 64, 64);
    fill_halves(picture);
    int32_t half[9];
    av_display_rotation_set(half, 180);
    uint8_t out[FRAME_BYTES];
    scale(picture, half, FIT_CROP, 64, 64, out);
    assert_true(gray_at(out, 64, 5, 5) > 200);
    AVFrameSideData *own = av_frame_new_side_data(picture, AV_FRAME_DATA_DISPLAYMATRIX,
                                                  sizeof half);
    assert_non_null(own);
    av_display_rotation_set((int32_t *)(void *)own->data, 0);
    scale(picture, half, FIT_CROP, 64, 64, out);
    assert_true(gray_at(out, 64, 5, 5) < 50);
    av_frame_free(&picture);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(crop_is_cut_then_scale),
        cmocka_unit_test(pad_is_black_around),
        cmocka_unit_test(stretch_takes_everything),
        cmocka_unit_test(size_may_change),
        cmocka_unit_test(colours_follow_the_tags),
        cmocka_unit_test(formats_are_read),
        cmocka_unit_test(palettes_are_read),
        cmocka_unit_test(unknown_formats_are_refused),
        cmocka_unit_test(own_matrix_goes_first),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
