#ifndef DATA_CLIP_SET_H
#define DATA_CLIP_SET_H

#include "core/base/error.h"

/* A little data set in the shape of UCF101, made out of nothing:
 * DIR/Class/v_Class_gNN_cNN.avi, 320x240 MPEG-4, 25 or 29.97 frames per
 * second, 40 to 90 frames. The clips of a group share colours, sizes and
 * speed and differ in where the motion starts; groups differ in all of that,
 * so that it means something to recognise the classes in groups not seen.
 *
 * Every clip depends on its class, group and number alone, and every third
 * one is a packed B-frame stream. */

struct clip_set {
    int classes; /* 1 .. MOTION_COUNT: the first so many of motions[] */
    int groups;  /* of each class, 1 .. 99 */
    int clips;   /* of each group, 1 .. 99 */
};

struct clip_set clip_set_defaults(void);

/* Write it all. `dir` and the folders in it are made where they are missing;
 * files of the same names are replaced, others left alone. Works on as many
 * clips at a time as there are processors. ERR_VALUE when a number is out of
 * its range, else what writing the first clip that failed gave. */
int clip_set_write(const char *dir, const struct clip_set *set, struct error *err) MUST_CHECK;

/* Write one clip of it to `path`. Numbers count from 0; class < MOTION_COUNT. */
int clip_set_write_clip(const char *path, int class_number, int group, int clip,
                        struct error *err) MUST_CHECK;

#endif
