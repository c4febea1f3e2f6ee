/* Where a picture is cut, and where it goes: numbers worked out by hand. */
#include "core/video/fit.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

struct fit_case {
    enum clip_fit fit;
    struct fit_picture picture;
    int width, height;
    struct box source, target;
};

static void boxes_are_as_worked_out(void **state)
{
    (void)state;
    static const struct fit_case cases[] = {
        // UCF101, also with the odd pixel shape that five of its clips claim
        {FIT_CROP, {320, 240, 1, 1, 2, 2}, 64, 64, {40, 0, 240, 240}, {0, 0, 64, 64}},
        {FIT_CROP, {320, 240, 4096, 4083, 2, 2}, 64, 64, {40, 0, 240, 240}, {0, 0, 64, 64}},
        {FIT_CROP, {320, 240, 0, 1, 2, 2}, 64, 64, {40, 0, 240, 240}, {0, 0, 64, 64}},
        {FIT_CROP, {240, 320, 1, 1, 2, 2}, 64, 64, {0, 40, 240, 240}, {0, 0, 64, 64}},
        // the same shape
        {FIT_CROP, {29, 29, 1, 1, 1, 1}, 64, 64, {0, 0, 29, 29}, {0, 0, 64, 64}},
        {FIT_CROP, {29, 29, 1, 1, 2, 2}, 64, 64, {0, 0, 28, 28}, {0, 0, 64, 64}},
        {FIT_CROP, {320, 240, 1, 1, 2, 2}, 4, 3, {0, 0, 320, 240}, {0, 0, 4, 3}},
        // odd: 213 becomes 212; (320 - 213) / 2 = 53.5 goes to 54
        {FIT_CROP, {320, 213, 1, 1, 2, 2}, 64, 64, {54, 0, 212, 212}, {0, 0, 64, 64}},
        {FIT_CROP, {320, 213, 1, 1, 1, 1}, 64, 64, {54, 0, 213, 213}, {0, 0, 64, 64}},
        // halves to even: (321 - 240) / 2 = 40.5 to 40, (323 - 240) / 2 = 41.5 to 42
        {FIT_CROP, {321, 240, 1, 1, 1, 1}, 64, 64, {40, 0, 240, 240}, {0, 0, 64, 64}},
        {FIT_CROP, {323, 240, 1, 1, 1, 1}, 64, 64, {42, 0, 240, 240}, {0, 0, 64, 64}},
        // a wide target cuts rows: 320 x 160
        {FIT_CROP, {320, 240, 1, 1, 2, 2}, 64, 32, {0, 40, 320, 160}, {0, 0, 64, 32}},
        // 16:9 on 720x576: square is 405 columns, 404 on the grid
        {FIT_CROP, {720, 576, 64, 45, 2, 2}, 64, 64, {158, 0, 404, 576}, {0, 0, 64, 64}},
        // too small for its grid
        {FIT_CROP, {9, 1, 1, 1, 2, 2}, 64, 64, {4, 0, 1, 1}, {0, 0, 64, 64}},
        {FIT_STRETCH, {321, 111, 7, 3, 2, 2}, 64, 48, {0, 0, 321, 111}, {0, 0, 64, 48}},
        {FIT_PAD, {320, 240, 1, 1, 2, 2}, 64, 64, {0, 0, 320, 240}, {0, 8, 64, 48}},
        {FIT_PAD, {240, 320, 1, 1, 2, 2}, 64, 64, {0, 0, 240, 320}, {8, 0, 48, 64}},
        {FIT_PAD, {100, 67, 1, 1, 1, 1}, 64, 64, {0, 0, 100, 67}, {0, 10, 64, 43}},
        {FIT_PAD, {1000, 1, 1, 1, 1, 1}, 64, 64, {0, 0, 1000, 1}, {0, 31, 64, 1}},
        {FIT_PAD, {720, 576, 64, 45, 2, 2}, 64, 64, {0, 0, 720, 576}, {0, 14, 64, 36}},
        {FIT_PAD, {64, 48, 1, 1, 2, 2}, 64, 48, {0, 0, 64, 48}, {0, 0, 64, 48}},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        const struct fit_case *c = &cases[i];
        struct fit_boxes boxes = fit_boxes(c->fit, &c->picture, c->width, c->height);
        struct fit_boxes wanted = {c->source, c->target};
        if (memcmp(&boxes, &wanted, sizeof boxes) != 0) {
            fail_msg("case %zu: source %d,%d %dx%d, target %d,%d %dx%d", i, boxes.source.x,
                     boxes.source.y, boxes.source.width, boxes.source.height, boxes.target.x,
                     boxes.target.y, boxes.target.width, boxes.target.height);
        }
    }
}

// Whatever the numbers, boxes are not empty and within their pictures.
static void boxes_stay_inside(void **state)
{
    (void)state;
    static const int sides[] = {1, 2, 3, 7, 64, 241, 4096, 16383, 1 << 24};
    static const int shapes[][2] = {{0, 0}, {1, 1}, {64, 45}, {1, INT32_MAX}, {INT32_MAX, 1},
                                    {INT32_MAX, INT32_MAX - 1}, {-3, 4}};
    enum { SIDES = sizeof sides / sizeof sides[0], SHAPES = sizeof shapes / sizeof shapes[0] };
    for (int i = 0; i < SIDES * SIDES * SHAPES * 3; i++) {
        struct fit_picture picture = {
            .width = sides[i % SIDES],
            .height = sides[i / SIDES % SIDES],
            .sar_num = shapes[i / SIDES / SIDES % SHAPES][0],
            .sar_den = shapes[i / SIDES / SIDES % SHAPES][1],
            .align_x = 1 << i % 3,
            .align_y = 1 << i % 2,
        };
        struct fit_boxes b = fit_boxes((enum clip_fit)(i / SIDES / SIDES / SHAPES), &picture,
                                       i % 5 ? 64 : 16384, i % 7 ? 48 : 1);
        assert_true(b.source.width >= 1 && b.source.height >= 1 && b.target.width >= 1
                    && b.target.height >= 1);
        assert_true(b.source.x >= 0 && b.source.x + b.source.width <= picture.width);
        assert_true(b.source.y >= 0 && b.source.y + b.source.height <= picture.height);
        assert_true(b.target.x >= 0 && b.target.x + b.target.width <= (i % 5 ? 64 : 16384));
        assert_true(b.target.y >= 0 && b.target.y + b.target.height <= (i % 7 ? 48 : 1));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(boxes_are_as_worked_out),
        cmocka_unit_test(boxes_stay_inside),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
