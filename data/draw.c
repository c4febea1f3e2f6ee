#include "data/draw.h"

#include <math.h>

static uint8_t blend(uint8_t from, uint8_t to, double share)
{
    return (uint8_t)lrint(from + (to - from) * share);
}

struct colour colour_blend(struct colour from, struct colour to, double share)
{
    return (struct colour){blend(from.r, to.r, share), blend(from.g, to.g, share),
                           blend(from.b, to.b, share)};
}

// Lay the colour over a pixel; `cover` in 0 .. 1.
static void lay(uint8_t *pixel, struct colour colour, double cover)
{
    struct colour mixed = {.b = pixel[0], .g = pixel[1], .r = pixel[2]};
    mixed = cover < 1 ? colour_blend(mixed, colour, cover) : colour;
    pixel[0] = mixed.b;
    pixel[1] = mixed.g;
    pixel[2] = mixed.r;
}

static double clamp01(double x)
{
    return x < 0 ? 0 : x > 1 ? 1 : x;
}

// How much of a pixel is covered whose centre is `distance` outside an edge.
static double coverage(double distance)
{
    return clamp01(0.5 - distance);
}

static int bound(double value, int limit)
{
    return value < 0 ? 0 : value > limit ? limit : (int)value;
}

/* A figure is its signed distance: how far outside it a point is. Going one
 * pixel along never changes that by more than one, so that the inside and the
 * outside are passed in long steps. */
struct figure {
    double (*distance)(const struct figure *figure, double x, double y);
    double x, y, a, b, c, d; // what they mean is the distance's business
};

// Draw the figure, all of which lies within `reach` of (x, y).
static void draw_figure(struct canvas *canvas, const struct figure *figure, double x, double y,
                        double reach, struct colour colour)
{
    int left = bound(x - reach - 1, canvas->width);
    int right = bound(x + reach + 2, canvas->width);
    int top = bound(y - reach - 1, canvas->height);
    int bottom = bound(y + reach + 2, canvas->height);
    for (int j = top; j < bottom; j++) {
        uint8_t *row = canvas->bgr + (long)j * canvas->width * 3;
        int i = left;
        while (i < right) {
            double distance = figure->distance(figure, i + 0.5, j + 0.5);
            int run = fabs(distance) < 1.5 ? 1 : (int)(fabs(distance) - 0.5);
            int end = run < right - i ? i + run : right;
            double cover = coverage(distance);
            for (; i < end; i++) {
                if (cover > 0) {
                    lay(row + 3 * i, colour, cover);
                }
            }
        }
    }
}

static double disc_distance(const struct figure *f, double x, double y)
{
    return sqrt((x - f->x) * (x - f->x) + (y - f->y) * (y - f->y)) - f->a;
}

void draw_disc(struct canvas *canvas, double x, double y, double radius, struct colour colour)
{
    struct figure disc = {disc_distance, x, y, radius, 0, 0, 0};
    draw_figure(canvas, &disc, x, y, radius, colour);
}

static double ring_distance(const struct figure *f, double x, double y)
{
    return fabs(disc_distance(f, x, y)) - f->b;
}

void draw_ring(struct canvas *canvas, double x, double y, double radius, double thickness,
               struct colour colour)
{
    struct figure ring = {ring_distance, x, y, radius, thickness / 2, 0, 0};
    draw_figure(canvas, &ring, x, y, radius + thickness / 2, colour);
}

// From (x, y) on by (a, b); c is half the thickness, d the squared length.
static double line_distance(const struct figure *f, double x, double y)
{
    double dx = x - f->x;
    double dy = y - f->y;
    double along = f->d > 0 ? clamp01((dx * f->a + dy * f->b) / f->d) : 0;
    dx -= along * f->a;
    dy -= along * f->b;
    return sqrt(dx * dx + dy * dy) - f->c;
}

void draw_line(struct canvas *canvas, double x0, double y0, double x1, double y1,
               double thickness, struct colour colour)
{
    double a = x1 - x0;
    double b = y1 - y0;
    double squared = a * a + b * b;
    struct figure line = {line_distance, x0, y0, a, b, thickness / 2, squared};
    draw_figure(canvas, &line, (x0 + x1) / 2, (y0 + y1) / 2, (sqrt(squared) + thickness) / 2,
                colour);
}

// (a, b) is the cosine and sine of the angle, c half the side.
static double square_distance(const struct figure *f, double x, double y)
{
    double dx = x - f->x;
    double dy = y - f->y;
    double across = fabs(dx * f->a + dy * f->b);
    double along = fabs(dy * f->a - dx * f->b);
    return (across > along ? across : along) - f->c;
}

void draw_square(struct canvas *canvas, double x, double y, double half, double angle,
                 struct colour colour)
{
    struct figure square = {square_distance, x, y, cos(angle), sin(angle), half, 0};
    draw_figure(canvas, &square, x, y, half * sqrt(2), colour);
}

void draw_stripes(struct canvas *canvas, double angle, double period, double shift,
                  struct colour colour)
{
    double across = cos(angle);
    double down = sin(angle);
    uint8_t *pixel = canvas->bgr;
    for (int j = 0; j < canvas->height; j++) {
        for (int i = 0; i < canvas->width; i++, pixel += 3) {
            double at = (i + 0.5) * across + (j + 0.5) * down - shift;
            at -= period * floor(at / period);
            // Distance to the edges of a stripe from 1/4 to 3/4 of the period.
            double cover = coverage(fabs(at - period / 2) - period / 4);
            if (cover > 0) {
                lay(pixel, colour, cover);
            }
        }
    }
}

void draw_gradient(struct canvas *canvas, double angle, struct colour from, struct colour to)
{
    double across = cos(angle);
    double down = sin(angle);
    double reach = (fabs(across) * canvas->width + fabs(down) * canvas->height) / 2;
    uint8_t *pixel = canvas->bgr;
    for (int j = 0; j < canvas->height; j++) {
        for (int i = 0; i < canvas->width; i++, pixel += 3) {
            double at = (i + 0.5 - canvas->width / 2.0) * across
                        + (j + 0.5 - canvas->height / 2.0) * down;
            struct colour c = colour_blend(from, to, clamp01(0.5 + at / (2 * reach)));
            pixel[0] = c.b;
            pixel[1] = c.g;
            pixel[2] = c.r;
        }
    }
}
