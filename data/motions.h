#ifndef DATA_MOTIONS_H
#define DATA_MOTIONS_H

#include "data/draw.h"

#include <stdint.h>

/* The classes of the little clip set: ten things that move, each in its own
 * way and with its own look. */

enum { MOTION_COUNT = 10 };

/* How a clip looks. Clips of a group share all but `start` and `number`. */
struct motion_scene {
    struct colour figure;
    struct colour other; /* for what is not the main figure */
    double size;         /* about 1 */
    double speed;        /* about 1; negative: the other way round */
    double angle;        /* a direction, radians */
    double start;        /* seconds into the motion at the first frame, 0 .. 100 */
    uint64_t number;     /* for scattered things: where they are */
};

struct motion {
    const char *name; /* of the class: CamelCase, as UCF101's, but none of them */
    /* Draw what there is after `time` seconds over the background. */
    void (*draw)(struct canvas *canvas, const struct motion_scene *scene, double time);
};

/* The classes in ASCII order. */
extern const struct motion motions[MOTION_COUNT];

#endif
