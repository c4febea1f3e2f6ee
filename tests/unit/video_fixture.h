#ifndef TEST_VIDEO_FIXTURE_H
#define TEST_VIDEO_FIXTURE_H

#include "core/video/clip.h"
#include "data/avi_clip.h"

#include <libavutil/frame.h>
#include <stddef.h>
#include <stdint.h>

/* Pictures and clips for tests. Everything asserts. */

/* An empty picture; the caller frees it. */
AVFrame *new_picture(int format, int width, int height);

/* A YUV 4:2:0 picture in which every sample differs from its neighbours. */
AVFrame *busy_picture(int width, int height);

/* 320x240, 25 frames per second, a keyframe in 12. */
struct avi_clip plain_clip(int frames, enum avi_bframes bframes);

/* Write a clip whose pictures say which they are: number i stands in eight
 * bands, from top to bottom, bright for the ones of i and dark for the zeros,
 * lowest bit first. i < 256. */
void write_numbered(const char *path, const struct avi_clip *clip);

/* The number that stands in a packed frame. */
int read_number(const uint8_t *frame, int width, int height);

/* What clip_read() gives; freed by reading_free(). */
struct reading {
    struct clip_options options;
    uint8_t *pixels;
    uint32_t *index;
    double *timestamp;
    struct clip_info info;
};

/* One sample of `frames` centres, 64x64, cut. */
struct clip_options plain_options(int frames);

/* Read a file with a fresh reader. The result is that of clip_read(). */
int read_clip(struct reading *ret, const char *path, const struct clip_options *options,
              struct error *err);

/* The same, and it must succeed. */
struct reading read_good(const char *path, const struct clip_options *options);

/* Every picture of the clip, in order. */
struct reading read_all(const char *path);

void reading_free(struct reading *reading);

/* Decode a file by its path from start to end, in the plainest way, and make
 * of every picture what ffmpeg's crop=240:240:40:0,scale=64:64 would. Returns
 * the number of pictures; *ret [n][64][64][3] is the caller's. For YUV 4:2:0
 * of 320x240 only. */
int decode_plainly(const char *path, uint8_t **ret);

#endif
