#ifndef TOOLS_CANVAS_H
#define TOOLS_CANVAS_H

#include "core/base/error.h"

#include <stdint.h>

/* RGB pixels to draw on. What falls outside is cut off. */
struct canvas {
    int width;
    int height;
    uint8_t *pixels; /* [height][width][3] */
};

struct colour {
    uint8_t red, green, blue;
};

/* On success the caller frees *ret with canvas_free(); it is not filled. */
int canvas_make(struct canvas *ret, int width, int height, struct error *err) MUST_CHECK;

/* Accepts a zeroed one. */
void canvas_free(struct canvas *canvas);

void canvas_fill(struct canvas *canvas, int x, int y, int width, int height,
                 struct colour colour);

/* UTF-8 text with its top left corner at (x, y), each dot of the font `zoom`
 * pixels wide and high. Of text that takes more than `cells` characters the
 * end is shown, behind "..". */
void canvas_text(struct canvas *canvas, int x, int y, int zoom, int cells, struct colour colour,
                 const char *text);

/* How a picture is shown: every pixel `zoom` times, or the mean of each
 * `reduce` x `reduce` of them; one of the two is 1. */
struct canvas_scale {
    int zoom;
    int reduce;
};

/* For pictures whose longer side, `side` pixels, is to be about `low` .. `high`. */
struct canvas_scale canvas_scale_for(int side, int low, int high);

/* How long `pixels` of a picture are on the canvas. */
int canvas_scaled(struct canvas_scale scale, int pixels);

/* An RGB picture [height][width][3]. */
void canvas_picture(struct canvas *canvas, int x, int y, struct canvas_scale scale,
                    const uint8_t *picture, int width, int height);

#endif
