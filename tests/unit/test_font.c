/* The font and the canvas of the contact sheet. */
#include "tools/pack/canvas.h"
#include "tools/pack/font.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

enum { GLYPH_BYTES = 8 * 6 - 1 };

// Eight rows of five, nothing but ink and no ink, and no two alike.
static void glyphs_are_whole(void **state)
{
    (void)state;
    for (unsigned c = ' '; c <= '~'; c++) {
        const char *glyph = font_glyph(c);
        assert_int_equal(strlen(glyph), GLYPH_BYTES);
        for (int i = 0; i < GLYPH_BYTES; i++) {
            assert_true(i % 6 == 5 ? glyph[i] == ' ' : glyph[i] == '.' || glyph[i] == '#');
        }
        for (unsigned other = ' '; other < c; other++) {
            assert_string_not_equal(glyph, font_glyph(other));
        }
        assert_string_not_equal(glyph, font_glyph(0xE9));
    }
    assert_string_equal(font_glyph(0xE9), font_glyph(0x1F600));
    for (int y = 0; y < FONT_HEIGHT; y++) {
        assert_false(font_ink(font_glyph('M'), FONT_WIDTH - 1, y));
    }
    assert_true(font_ink(font_glyph('L'), 0, 0));
    assert_false(font_ink(font_glyph('L'), 4, 0));
    assert_true(font_ink(font_glyph('L'), 4, 6));
    assert_false(font_ink(font_glyph('_'), 2, FONT_HEIGHT - 1));
}

static void utf8_is_read(void **state)
{
    (void)state;
    const char *text = "a\xC3\xA9\xE2\x82\xAC\xF0\x9F\x98\x80z";
    static const unsigned expected[] = {'a', 0xE9, 0x20AC, 0x1F600, 'z', 0};
    assert_int_equal(font_length(text), 5);
    for (int i = 0; i < 6; i++) {
        assert_int_equal(font_next(&text), expected[i]);
    }
    assert_int_equal(font_next(&text), 0); // and stays at the end
    // Cut short, or no UTF-8 at all: byte by byte, never beyond the NUL.
    assert_int_equal(font_length("\xE2\x82"), 2);
    assert_int_equal(font_length("\xF0"), 1);
    assert_int_equal(font_length("\xFF\x80x"), 3);
}

static int ink_in(const struct canvas *canvas, int x, int y, int width, int height)
{
    int ink = 0;
    for (int j = y; j < y + height; j++) {
        for (int i = x; i < x + width; i++) {
            ink += canvas->pixels[3 * (j * canvas->width + i)] == 0;
        }
    }
    return ink;
}

static void text_keeps_to_its_room(void **state)
{
    (void)state;
    static const struct colour white = {255, 255, 255}, black = {0, 0, 0};
    struct canvas canvas;
    assert_int_equal(canvas_make(&canvas, 80, 20, NULL), 0);
    canvas_fill(&canvas, -5, -5, 1000, 1000, white);
    assert_int_equal(ink_in(&canvas, 0, 0, 80, 20), 0);
    // Seven cells for more text: "..", then its end.
    canvas_text(&canvas, 6, 1, 1, 7, black, "abcdefghHIJKL");
    assert_int_equal(ink_in(&canvas, 0, 0, 6, 20), 0);
    assert_int_equal(ink_in(&canvas, 6 + 7 * 6, 0, 80 - 48, 20), 0);
    for (int y = 0; y < FONT_HEIGHT; y++) {
        for (int x = 0; x < FONT_WIDTH; x++) {
            assert_int_equal(ink_in(&canvas, 6 + x, 1 + y, 1, 1), font_ink(font_glyph('.'), x, y));
            assert_int_equal(ink_in(&canvas, 42 + x, 1 + y, 1, 1),
                             font_ink(font_glyph('L'), x, y));
            assert_int_equal(ink_in(&canvas, 18 + x, 1 + y, 1, 1),
                             font_ink(font_glyph('H'), x, y));
        }
    }
    // Over the edges, and with no room at all.
    canvas_text(&canvas, 70, 15, 3, 100, black, "overhanging");
    canvas_text(&canvas, -30, -30, 2, 100, black, "outside");
    canvas_text(&canvas, 0, 0, 1, 0, black, "nowhere");
    canvas_free(&canvas);
    assert_null(canvas.pixels);
}

static void pictures_are_scaled(void **state)
{
    (void)state;
    static const uint8_t picture[3 * 2 * 3] = {
        0, 10, 20, 100, 110, 120, 200, 210, 220,
        50, 60, 70, 150, 160, 170, 250, 255, 0,
    };
    struct canvas canvas;
    assert_int_equal(canvas_make(&canvas, 6, 4, NULL), 0);
    struct canvas_scale scale = canvas_scale_for(3, 5, 100);
    assert_int_equal(scale.zoom, 2);
    assert_int_equal(canvas_scaled(scale, 3), 6);
    canvas_picture(&canvas, 0, 0, scale, picture, 3, 2);
    for (int y = 0; y < 4; y++) {
        for (int x = 0; x < 6; x++) {
            assert_memory_equal(canvas.pixels + 3 * (y * 6 + x),
                                picture + 3 * (y / 2 * 3 + x / 2), 3);
        }
    }
    // Means of 2 x 2, and of the half blocks at the right: 75 and 225.
    scale = canvas_scale_for(3, 1, 2);
    assert_int_equal(scale.reduce, 2);
    assert_int_equal(canvas_scaled(scale, 3), 2);
    canvas_picture(&canvas, 1, 1, scale, picture, 3, 2);
    static const uint8_t means[6] = {75, 85, 95, 225, 233, 110};
    assert_memory_equal(canvas.pixels + 3 * (6 + 1), means, sizeof means);
    scale = canvas_scale_for(64, 64, 160);
    assert_int_equal(scale.zoom * scale.reduce, 1);
    canvas_free(&canvas);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(glyphs_are_whole),
        cmocka_unit_test(utf8_is_read),
        cmocka_unit_test(text_keeps_to_its_room),
        cmocka_unit_test(pictures_are_scaled),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
