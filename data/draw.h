#ifndef DATA_DRAW_H
#define DATA_DRAW_H

#include <stdint.h>

/* Smooth-edged figures on a picture. Coordinates are in pixels, x to the
 * right and y down, pixel (i, j) covering [i, i + 1) x [j, j + 1). Whatever
 * lies outside the picture is cut. */

struct colour {
    uint8_t r, g, b;
};

struct canvas {
    int width, height;
    uint8_t *bgr; /* [height][width][3], blue first: what swscale converts fastest */
};

void draw_disc(struct canvas *canvas, double x, double y, double radius, struct colour colour);

/* A circle's line of the given thickness, centred on the radius. */
void draw_ring(struct canvas *canvas, double x, double y, double radius, double thickness,
               struct colour colour);

/* A line with round ends. */
void draw_line(struct canvas *canvas, double x0, double y0, double x1, double y1,
               double thickness, struct colour colour);

/* A square of side 2 half, turned by `angle` radians. */
void draw_square(struct canvas *canvas, double x, double y, double half, double angle,
                 struct colour colour);

/* Parallel stripes over the whole picture, at right angles to the direction
 * `angle`, each as wide as the gap between two; moved by `shift` pixels. */
void draw_stripes(struct canvas *canvas, double angle, double period, double shift,
                  struct colour colour);

/* A linear blend from one colour to the other, in the direction `angle`. */
void draw_gradient(struct canvas *canvas, double angle, struct colour from, struct colour to);

/* The colour at `share` (0 .. 1) of the way. */
struct colour colour_blend(struct colour from, struct colour to, double share);

#endif
