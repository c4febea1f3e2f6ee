#include "tools/pack/canvas.h"

#include "tools/pack/font.h"

#include <assert.h>
#include <stdlib.h>

int canvas_make(struct canvas *ret, int width, int height, struct error *err)
{
    uint8_t *pixels = calloc((size_t)width * (size_t)height, 3);
    if (!pixels) {
        return error_nomem(err, "the picture");
    }
    *ret = (struct canvas){width, height, pixels};
    return 0;
}

void canvas_free(struct canvas *canvas)
{
    free(canvas->pixels);
    *canvas = (struct canvas){0};
}

static void put(struct canvas *canvas, int x, int y, struct colour colour)
{
    if (x < 0 || y < 0 || x >= canvas->width || y >= canvas->height) {
        return;
    }
    uint8_t *at = canvas->pixels + 3 * ((size_t)y * (size_t)canvas->width + (size_t)x);
    at[0] = colour.red;
    at[1] = colour.green;
    at[2] = colour.blue;
}

void canvas_fill(struct canvas *canvas, int x, int y, int width, int height,
                 struct colour colour)
{
    for (int j = y; j < y + height && j < canvas->height; j++) {
        for (int i = x; i < x + width && i < canvas->width; i++) {
            put(canvas, i, j, colour);
        }
    }
}

static void draw_glyph(struct canvas *canvas, int x, int y, int zoom, struct colour colour,
                       const char *glyph)
{
    for (int j = 0; j < FONT_HEIGHT; j++) {
        for (int i = 0; i < FONT_WIDTH; i++) {
            if (font_ink(glyph, i, j)) {
                canvas_fill(canvas, x + i * zoom, y + j * zoom, zoom, zoom, colour);
            }
        }
    }
}

void canvas_text(struct canvas *canvas, int x, int y, int zoom, int cells, struct colour colour,
                 const char *text)
{
    int length = font_length(text);
    if (length > cells) {
        // The end tells more than the beginning: of a path, the file.
        for (int cut = length - cells + 2; cut > 0; cut--) {
            (void)font_next(&text);
        }
        for (int i = 0; i < 2 && i < cells; i++) {
            draw_glyph(canvas, x, y, zoom, colour, font_glyph('.'));
            x += FONT_WIDTH * zoom;
        }
    }
    for (unsigned code_point; (code_point = font_next(&text)); x += FONT_WIDTH * zoom) {
        draw_glyph(canvas, x, y, zoom, colour, font_glyph(code_point));
    }
}

struct canvas_scale canvas_scale_for(int side, int low, int high)
{
    struct canvas_scale scale = {1, 1};
    if (side < low) {
        scale.zoom = (low + side - 1) / side;
    } else if (side > high) {
        scale.reduce = (side + high - 1) / high;
    }
    return scale;
}

int canvas_scaled(struct canvas_scale scale, int pixels)
{
    return scale.zoom * ((pixels + scale.reduce - 1) / scale.reduce);
}

// The mean of the pixels of one block, rounded; at the far edges blocks are smaller.
static struct colour mean_of(const uint8_t *picture, int width, int height, int x, int y,
                             int side)
{
    uint64_t sum[3] = {0, 0, 0}, count = 0;
    for (int j = y; j < y + side && j < height; j++) {
        for (int i = x; i < x + side && i < width; i++) {
            const uint8_t *at = picture + 3 * ((size_t)j * (size_t)width + (size_t)i);
            for (int c = 0; c < 3; c++) {
                sum[c] += at[c];
            }
            count++;
        }
    }
    assert(count > 0); // (x, y) is in the picture
    return (struct colour){(uint8_t)((sum[0] + count / 2) / count),
                           (uint8_t)((sum[1] + count / 2) / count),
                           (uint8_t)((sum[2] + count / 2) / count)};
}

void canvas_picture(struct canvas *canvas, int x, int y, struct canvas_scale scale,
                    const uint8_t *picture, int width, int height)
{
    for (int j = 0, row = y; j < height; j += scale.reduce, row += scale.zoom) {
        for (int i = 0, column = x; i < width; i += scale.reduce, column += scale.zoom) {
            canvas_fill(canvas, column, row, scale.zoom, scale.zoom,
                        mean_of(picture, width, height, i, j, scale.reduce));
        }
    }
}
