/* Pictures turned upright. */
#include "core/video/turn.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <libavutil/display.h>
#include <libavutil/pixfmt.h>

#include "tests/unit/video_fixture.h"

/* A 3x2 picture of the numbers 1 2 3 / 4 5 6 and what becomes of it: `text`,
 * in rows of `width`. */
static void assert_turn(double degrees, bool mirror_x, bool mirror_y, int width, const char *text)
{
    AVFrame *picture = new_picture(AV_PIX_FMT_GRAY8, 3, 2);
    for (int i = 0; i < 6; i++) {
        picture->data[0][i / 3 * picture->linesize[0] + i % 3] = (uint8_t)('1' + i);
    }
    int32_t matrix[9];
    av_display_rotation_set(matrix, degrees);
    av_display_matrix_flip(matrix, mirror_x, mirror_y);
    struct turn turn = turn_from_matrix(matrix);
    AVFrame *turned = av_frame_alloc();
    struct error err = ERROR_INIT;
    assert_int_equal(turn_picture(turned, picture, turn, &err), 0);
    assert_int_equal(turned->width, width);
    assert_int_equal(turned->height, 6 / width);
    for (int i = 0; i < 6; i++) {
        assert_int_equal(turned->data[0][i / width * turned->linesize[0] + i % width], text[i]);
    }
    av_frame_free(&picture);
    av_frame_free(&turned);
}

static void turns_go_the_right_way(void **state)
{
    (void)state;
    assert_true(turn_is_none(turn_from_matrix(NULL)));
    assert_turn(0, false, false, 3, "123456");
    assert_turn(90, false, false, 2, "415263"); // clockwise
    assert_turn(-90, false, false, 2, "362514");
    assert_turn(90, false, true, 2, "635241"); // clockwise, then top to bottom
    assert_turn(-90, false, true, 2, "142536");
    assert_turn(180, false, false, 3, "654321");
    assert_turn(0, false, true, 3, "456123");
    assert_turn(0, true, false, 3, "321654");
    assert_turn(37, false, false, 3, "123456"); // left alone
}

/* Samples of two planes at once, a chroma plane of odd size among them: turned
 * four times it is the first again, and once it is not. */
static void four_quarters_are_none(void **state)
{
    (void)state;
    AVFrame *first = busy_picture(37, 21);
    int32_t matrix[9];
    av_display_rotation_set(matrix, 90);
    struct turn turn = turn_from_matrix(matrix);
    AVFrame *now = av_frame_clone(first);
    for (int i = 0; i < 4; i++) {
        AVFrame *next = av_frame_alloc();
        assert_int_equal(turn_picture(next, now, turn, NULL), 0);
        av_frame_free(&now);
        now = next;
        assert_int_equal(now->width, i % 2 ? 37 : 21);
    }
    for (int plane = 0; plane < 3; plane++) {
        for (int y = 0; y < (plane ? 11 : 21); y++) {
            assert_memory_equal(now->data[plane] + y * now->linesize[plane],
                                first->data[plane] + y * first->linesize[plane],
                                plane ? 19 : 37);
        }
    }
    av_frame_free(&now);
    av_frame_free(&first);
}

static void formats_are_known(void **state)
{
    (void)state;
    struct turn quarter = {.transpose = true};
    struct turn half = {.mirror_columns = true, .mirror_rows = true};
    assert_true(turn_takes_format(quarter, AV_PIX_FMT_YUV420P));
    assert_true(turn_takes_format(quarter, AV_PIX_FMT_RGB48LE));
    assert_false(turn_takes_format(quarter, AV_PIX_FMT_YUV422P));
    assert_true(turn_takes_format(half, AV_PIX_FMT_YUV422P));
    assert_false(turn_takes_format(half, AV_PIX_FMT_YUYV422));
    assert_false(turn_takes_format(quarter, AV_PIX_FMT_PAL8));
    assert_true(turn_takes_format(half, AV_PIX_FMT_PAL8));
    assert_false(turn_takes_format(half, AV_PIX_FMT_MONOBLACK));
    assert_false(turn_takes_format(half, AV_PIX_FMT_VAAPI));
    assert_false(turn_takes_format(half, AV_PIX_FMT_NONE));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(turns_go_the_right_way),
        cmocka_unit_test(four_quarters_are_none),
        cmocka_unit_test(formats_are_known),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
