#ifndef VIDEO_MPEG4_BITS_H
#define VIDEO_MPEG4_BITS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Bits and start codes of an MPEG-4 stream. */

/* Start codes: 00 00 01 and one of these. */
enum {
    MPEG4_CODE_OBJECT_LAST = 0x1F,
    MPEG4_CODE_LAYER_FIRST = 0x20,
    MPEG4_CODE_LAYER_LAST = 0x2F,
    MPEG4_CODE_SEQUENCE = 0xB0,
    MPEG4_CODE_USER_DATA = 0xB2,
    MPEG4_CODE_GROUP = 0xB3,
    MPEG4_CODE_VISUAL_OBJECT = 0xB5,
    MPEG4_CODE_VOP = 0xB6,
};

struct bits {
    const uint8_t *data;
    size_t count; /* in all */
    size_t at;    /* the next one */
    bool over;    /* read beyond the end: then everything since is 0 */
};

/* The next n bits, n <= 32, the first one the highest. */
uint32_t bits_get(struct bits *bits, unsigned n);

/* A marker is a bit that is always 1. Some decoders do not care; we do. */
bool bits_marker(struct bits *bits);

/* The next start code at or after `at` that has its fourth byte, or `size`.
 * *zeros rises to the most zero bits in a row, from a byte's first bit on, of
 * 16 or more that are passed and begin none. */
size_t bits_find_code(const uint8_t *data, size_t size, size_t at, size_t *zeros);

#endif
