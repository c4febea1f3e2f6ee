#include "data/motions.h"

#include <math.h>
#include <stdbool.h>

#include "core/base/random.h"

static const double pi = 3.14159265358979323846;

// Clips are meant to be 240 lines high; sizes below are in units of 1/240.
static double unit(const struct canvas *canvas)
{
    return canvas->height / 240.0;
}

// x modulo y, in 0 .. y.
static double wrap(double x, double y)
{
    return x - y * floor(x / y);
}

// Back and forth between 0 and 1, in two units of x.
static double zigzag(double x)
{
    double at = wrap(x, 2);
    return at < 1 ? at : 2 - at;
}

static void bouncing_ball(struct canvas *canvas, const struct motion_scene *scene, double time)
{
    double u = unit(canvas);
    double radius = 26 * scene->size * u;
    double floor_y = canvas->height - 14 * u;
    double x = radius + zigzag(time * 0.45 * scene->speed) * (canvas->width - 2 * radius);
    double flight = wrap(time * 1.1 * fabs(scene->speed), 1);
    double y = floor_y - radius - 4 * flight * (1 - flight) * (floor_y - 2.4 * radius);
    draw_line(canvas, 0, floor_y + 4 * u, canvas->width, floor_y + 4 * u, 8 * u, scene->other);
    draw_disc(canvas, x, y, radius, scene->figure);
}

static void crawling_wave(struct canvas *canvas, const struct motion_scene *scene, double time)
{
    enum { PIECES = 40 };
    double u = unit(canvas);
    double length = 130 * scene->size * u;
    double x0 = 0;
    double y0 = 0;
    for (int i = 0; i <= PIECES; i++) {
        double x = (double)canvas->width * i / PIECES;
        double phase = 2 * pi * (x / length - 0.9 * scene->speed * time);
        double y = canvas->height / 2.0 + 55 * u * scene->size * sin(phase);
        if (i > 0) {
            draw_line(canvas, x0, y0, x, y, 13 * u, scene->figure);
        }
        x0 = x;
        y0 = y;
    }
}

static void drifting_boxes(struct canvas *canvas, const struct motion_scene *scene, double time)
{
    enum { BOXES = 5 };
    double u = unit(canvas);
    double half = 21 * scene->size * u;
    double wide = canvas->width + 3 * half;
    double high = canvas->height + 3 * half;
    struct random r;
    random_seed(&r, scene->number, 1);
    for (int i = 0; i < BOXES; i++) {
        double x = random_unit(&r) * wide + 70 * u * scene->speed * time * cos(scene->angle);
        double y = random_unit(&r) * high + 70 * u * scene->speed * time * sin(scene->angle);
        draw_square(canvas, wrap(x, wide) - 1.5 * half, wrap(y, high) - 1.5 * half, half,
                    scene->angle, i % 2 ? scene->figure : scene->other);
    }
}

static void falling_drops(struct canvas *canvas, const struct motion_scene *scene, double time)
{
    enum { DROPS = 26 };
    double u = unit(canvas);
    double length = 20 * scene->size * u;
    double high = canvas->height + 2 * length;
    struct random r;
    random_seed(&r, scene->number, 2);
    for (int i = 0; i < DROPS; i++) {
        double x = random_unit(&r) * canvas->width;
        double pace = 130 * (1 + random_unit(&r)) * fabs(scene->speed) * u;
        double y = wrap(random_unit(&r) * high + pace * time, high) - 2 * length;
        draw_line(canvas, x, y, x, y + length, 7 * u, scene->figure);
    }
}

static void flashing_board(struct canvas *canvas, const struct motion_scene *scene, double time)
{
    double half = 20 * scene->size * unit(canvas);
    bool swapped = wrap(time * 1.3 * fabs(scene->speed), 2) >= 1;
    for (int row = 0; row * 2 * half < canvas->height; row++) {
        for (int column = 0; column * 2 * half < canvas->width; column++) {
            if (((row + column) % 2 == 0) != swapped) {
                draw_square(canvas, (2 * column + 1) * half, (2 * row + 1) * half, half, 0,
                            scene->figure);
            }
        }
    }
}

static void growing_rings(struct canvas *canvas, const struct motion_scene *scene, double time)
{
    enum { RINGS = 4 };
    double u = unit(canvas);
    double gap = 42 * scene->size * u;
    double grown = wrap(45 * u * fabs(scene->speed) * time, gap);
    struct random r;
    random_seed(&r, scene->number, 3);
    double x = canvas->width * (0.35 + 0.3 * random_unit(&r));
    double y = canvas->height * (0.35 + 0.3 * random_unit(&r));
    for (int i = 0; i < RINGS; i++) {
        draw_ring(canvas, x, y, grown + i * gap, 11 * u, scene->figure);
    }
}

static void orbiting_moons(struct canvas *canvas, const struct motion_scene *scene, double time)
{
    enum { MOONS = 4 };
    double u = unit(canvas);
    double x = canvas->width / 2.0;
    double y = canvas->height / 2.0;
    draw_disc(canvas, x, y, 27 * scene->size * u, scene->other);
    for (int i = 0; i < MOONS; i++) {
        double turn = 2 * pi * i / MOONS + 1.6 * scene->speed * time + scene->angle;
        double reach = 80 * u;
        draw_disc(canvas, x + reach * cos(turn), y + reach * sin(turn), 13 * scene->size * u,
                  scene->figure);
    }
}

static void sliding_stripes(struct canvas *canvas, const struct motion_scene *scene, double time)
{
    double u = unit(canvas);
    draw_stripes(canvas, scene->angle, 52 * scene->size * u, 55 * scene->speed * time * u,
                 scene->figure);
}

static void swinging_pendulum(struct canvas *canvas, const struct motion_scene *scene, double time)
{
    double u = unit(canvas);
    double x = canvas->width / 2.0;
    double swing = 0.75 * sin(2.8 * fabs(scene->speed) * time);
    double length = 175 * u;
    double bob_x = x + length * sin(swing);
    double bob_y = length * cos(swing);
    draw_line(canvas, x, 0, bob_x, bob_y, 7 * u, scene->other);
    draw_disc(canvas, bob_x, bob_y, 25 * scene->size * u, scene->figure);
}

static void turning_cross(struct canvas *canvas, const struct motion_scene *scene, double time)
{
    double u = unit(canvas);
    double x = canvas->width / 2.0;
    double y = canvas->height / 2.0;
    double reach = 88 * scene->size * u;
    for (int i = 0; i < 2; i++) {
        double turn = 1.5 * scene->speed * time + scene->angle + i * pi / 2;
        draw_line(canvas, x - reach * cos(turn), y - reach * sin(turn), x + reach * cos(turn),
                  y + reach * sin(turn), 24 * u, i ? scene->other : scene->figure);
    }
}

const struct motion motions[MOTION_COUNT] = {
    {"BouncingBall", bouncing_ball},
    {"CrawlingWave", crawling_wave},
    {"DriftingBoxes", drifting_boxes},
    {"FallingDrops", falling_drops},
    {"FlashingBoard", flashing_board},
    {"GrowingRings", growing_rings},
    {"OrbitingMoons", orbiting_moons},
    {"SlidingStripes", sliding_stripes},
    {"SwingingPendulum", swinging_pendulum},
    {"TurningCross", turning_cross},
};
