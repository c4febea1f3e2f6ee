#include "data/clip_set.h"

#include <errno.h>
#include <limits.h>
#include <math.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/base/random.h"
#include "core/base/threads.h"
#include "data/avi_clip.h"
#include "data/motions.h"

enum { WIDTH = 320, HEIGHT = 240, SEED = 101, MAX_NUMBER = 99 };

static const double pi = 3.14159265358979323846;

// A clip while it is painted.
struct performance {
    const struct motion *motion;
    struct motion_scene scene;
    double frame_seconds;
    uint8_t *background; // [HEIGHT][WIDTH][3]
};

struct clip_set clip_set_defaults(void)
{
    return (struct clip_set){.classes = MOTION_COUNT, .groups = 8, .clips = 2};
}

static double between(struct random *r, double low, double high)
{
    return low + (high - low) * random_unit(r);
}

// From hue (a full turn is 1), saturation and value.
static struct colour colour_from_hsv(double hue, double saturation, double value)
{
    double parts[3];
    for (int i = 0; i < 3; i++) {
        // Red, green and blue are a third of a turn apart; each has a plateau.
        double away = fabs(remainder(hue - i / 3.0, 1)) * 6;
        double pure = away < 1 ? 1 : away > 2 ? 0 : 2 - away;
        parts[i] = value * (1 - saturation + saturation * pure);
    }
    return (struct colour){(uint8_t)lrint(255 * parts[0]), (uint8_t)lrint(255 * parts[1]),
                           (uint8_t)lrint(255 * parts[2])};
}

// The ground is dark, and its hue near one that the class prefers.
static struct colour ground_colour(struct random *r, double hue)
{
    double own = hue + between(r, -0.06, 0.06);
    double saturation = between(r, 0.4, 0.8);
    return colour_from_hsv(own, saturation, between(r, 0.2, 0.45));
}

// What moves is bright, of any hue.
static struct colour figure_colour(struct random *r)
{
    double hue = between(r, 0, 1);
    double saturation = between(r, 0.1, 0.6);
    return colour_from_hsv(hue, saturation, between(r, 0.85, 1));
}

/* What the clips of a group share: drawn from `r`, which only the class and
 * the group determine. Real classes have their typical scenes (water, lawn),
 * and so have these: a hue that a class tends to, with neighbours overlapping. */
static void design_group(struct performance *p, struct random *r, double hue)
{
    struct colour from = ground_colour(r, hue);
    struct colour to = ground_colour(r, hue);
    struct canvas canvas = {WIDTH, HEIGHT, p->background};
    draw_gradient(&canvas, between(r, 0, 2 * pi), from, to);
    for (int i = 0; i < 8; i++) { // blotches, so that the ground is not all smooth
        struct colour c = colour_blend(from, ground_colour(r, between(r, 0, 1)), 0.25);
        double x = between(r, 0, WIDTH);
        double y = between(r, 0, HEIGHT);
        draw_disc(&canvas, x, y, between(r, 10, 45), c);
    }
    p->scene.figure = figure_colour(r);
    p->scene.other = figure_colour(r);
    p->scene.size = between(r, 0.75, 1.25);
    p->scene.speed = between(r, 0.7, 1.4) * (random_below(r, 2) ? 1 : -1);
    p->scene.angle = between(r, 0, 2 * pi);
}

static void paint(void *context, int frame, uint8_t *bgr)
{
    const struct performance *p = context;
    struct canvas canvas = {WIDTH, HEIGHT, bgr};
    memcpy(bgr, p->background, (size_t)WIDTH * HEIGHT * 3);
    p->motion->draw(&canvas, &p->scene, p->scene.start + frame * p->frame_seconds);
}

int clip_set_write_clip(const char *path, int class_number, int group, int clip,
                        struct error *err)
{
    struct performance p = {.motion = &motions[class_number]};
    p.background = malloc((size_t)WIDTH * HEIGHT * 3);
    if (!p.background) {
        return error_nomem(err, path);
    }
    char key[64];
    snprintf(key, sizeof key, "%s %d", p.motion->name, group);
    struct random r;
    random_seed(&r, random_hash_text(SEED, key), 0);
    design_group(&p, &r, (double)class_number / MOTION_COUNT);
    struct avi_clip avi = {.width = WIDTH, .height = HEIGHT, .quality = 5};
    bool fast = random_below(&r, 4) == 0; // about a quarter, as in UCF101
    avi.rate_num = fast ? 30000 : 25;
    avi.rate_den = fast ? 1001 : 1;

    random_seed(&r, random_hash_text(SEED, key), 1 + (uint64_t)clip);
    p.scene.start = between(&r, 0, 100);
    p.scene.number = random_u64(&r);
    p.frame_seconds = (double)avi.rate_den / avi.rate_num;
    avi.frames = 40 + (int)random_below(&r, 51);
    // Counted over the whole set, so that no class goes without.
    int kind = (class_number + group + clip) % 3;
    avi.bframes = kind == 0 ? AVI_PACKED_BFRAMES : AVI_NO_BFRAMES;
    avi.key_interval = kind == 1 ? 12 : 300;
    int code = avi_clip_write(path, &avi, paint, &p, err);
    free(p.background);
    return code;
}

static int make_folder(const char *path, struct error *err)
{
    if (mkdir(path, 0777) < 0 && errno != EEXIST) {
        return error_errno(err, errno, "%s: cannot make the folder", path);
    }
    return 0;
}

static int check_range(const char *what, int value, int high, struct error *err)
{
    if (value < 1 || value > high) {
        return error_set(err, ERR_VALUE, "%d %s: 1 to %d can be made", value, what, high);
    }
    return 0;
}

// All clips of a set, in one numbering.
struct set_job {
    const char *dir;
    const struct clip_set *set;
    struct clip_result {
        int code;
        struct error error;
    } *results;
};

static void write_one(void *context, int index, int thread)
{
    (void)thread;
    const struct set_job *job = context;
    struct clip_result *result = &job->results[index];
    int clip = index % job->set->clips;
    int group = index / job->set->clips % job->set->groups;
    int class_number = index / job->set->clips / job->set->groups;
    const char *name = motions[class_number].name;
    char path[PATH_MAX];
    int length = snprintf(path, sizeof path, "%s/%s/v_%s_g%02d_c%02d.avi", job->dir, name, name,
                          group + 1, clip + 1);
    if (length < 0 || (size_t)length >= sizeof path) {
        result->code = error_set(&result->error, ERR_VALUE, "%s: the path is too long", job->dir);
    } else {
        result->code = clip_set_write_clip(path, class_number, group, clip, &result->error);
    }
}

static int make_folders(const char *dir, int classes, struct error *err)
{
    int code = make_folder(dir, err);
    for (int i = 0; code == 0 && i < classes; i++) {
        char path[PATH_MAX];
        int length = snprintf(path, sizeof path, "%s/%s", dir, motions[i].name);
        if (length < 0 || (size_t)length >= sizeof path) {
            return error_set(err, ERR_VALUE, "%s: the path is too long", dir);
        }
        code = make_folder(path, err);
    }
    return code;
}

static int write_clips(const char *dir, const struct clip_set *set, struct error *err)
{
    int count = set->classes * set->groups * set->clips;
    struct set_job job = {dir, set, calloc((size_t)count, sizeof *job.results)};
    if (!job.results) {
        return error_nomem(err, dir);
    }
    long processors = sysconf(_SC_NPROCESSORS_ONLN);
    struct threads *threads = NULL;
    int code = threads_open(&threads, processors < 1 ? 1 : processors > 8 ? 8 : (int)processors,
                            err);
    if (code == 0) {
        threads_run(threads, count, write_one, &job);
    }
    for (int i = 0; code == 0 && i < count; i++) {
        if (job.results[i].code < 0) {
            code = error_set(err, job.results[i].code, "%s", job.results[i].error.text);
        }
    }
    threads_close(&threads);
    free(job.results);
    return code;
}

int clip_set_write(const char *dir, const struct clip_set *set, struct error *err)
{
    int code = check_range("classes", set->classes, MOTION_COUNT, err);
    if (code == 0) {
        code = check_range("groups", set->groups, MAX_NUMBER, err);
    }
    if (code == 0) {
        code = check_range("clips", set->clips, MAX_NUMBER, err);
    }
    if (code == 0) {
        code = make_folders(dir, set->classes, err);
    }
    return code < 0 ? code : write_clips(dir, set, err);
}
