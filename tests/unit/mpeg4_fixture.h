#ifndef TESTS_MPEG4_FIXTURE_H
#define TESTS_MPEG4_FIXTURE_H

#include "core/base/random.h"
#include "data/avi_clip.h"

#include <libavformat/avformat.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Small MPEG-4 clips in memory, whole and damaged, and what a plain decode of
 * everything gives. Trouble here ends the test program. */

/* An AVI file in pieces, so that they can be moved about. */
struct fixture_avi {
    uint8_t *head;     /* everything before the first chunk */
    size_t head_size;
    uint8_t *chunks[256]; /* video, in file order; each its own malloc() */
    size_t sizes[256];
    uint32_t count;
};

/* `quality` is the quantiser, 1 (best) .. 31. */
struct fixture_avi fixture_avi_make(enum avi_bframes bframes, int frames, int key_interval,
                                    int quality);
void fixture_avi_free(struct fixture_avi *avi);

/* The file again, without an index; the caller frees it. */
uint8_t *fixture_avi_file(const struct fixture_avi *avi, size_t *ret_size);

/* Do one thing to it that files suffer: flipped bits, chunks lost, doubled,
 * swapped, cut, emptied, run together or split. */
void fixture_avi_damage(struct fixture_avi *avi, struct random *random);

/* A demuxer over bytes, with or without a look at the first packets. NULL if
 * it does not take them. *ret_stream is the video stream; it alone is read. */
AVFormatContext *fixture_open(const uint8_t *data, size_t size, bool probe,
                              AVStream **ret_stream);
void fixture_close(AVFormatContext **format);

/* A picture as a number: sizes and every visible byte. */
uint64_t fixture_picture_hash(const AVFrame *picture);

struct fixture_pictures {
    uint32_t count;
    uint64_t *hash;
    int64_t *timestamp;
    uint32_t complaints;
};

/* Decode it all, plainly. */
struct fixture_pictures fixture_decode(const uint8_t *data, size_t size);
void fixture_pictures_free(struct fixture_pictures *pictures);

#endif
