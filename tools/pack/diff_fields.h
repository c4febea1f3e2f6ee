#ifndef TOOLS_DIFF_FIELDS_H
#define TOOLS_DIFF_FIELDS_H

#include "formats/pack.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* What a pack says of a row, field by field. */

enum row_field {
    FIELD_CLASS,
    FIELD_GROUP,
    FIELD_STATUS,
    FIELD_MESSAGE,
    FIELD_WIDTH,
    FIELD_HEIGHT,
    FIELD_FRAME_COUNT,
    FIELD_DECODE_ERRORS,
    FIELD_FRAME_RATE,
    FIELD_BYTES,
    FIELD_FRAME_INDEX, /* the T of them; these two only between packs of one T */
    FIELD_TIMESTAMP,
    FIELD_COUNT,
};

const char *row_field_name(enum row_field field);

/* Do the two rows say the same? Classes are compared by name. */
bool row_field_same(enum row_field field, const struct pack *a, size_t row_a,
                    const struct pack *b, size_t row_b);

/* The value as text, escaped for a terminal and cut to fit. Returns out. */
char *row_field_text(enum row_field field, const struct pack *pack, size_t row, char *out,
                     size_t capacity);

/* How far the pixels of two samples of one shape are apart. */
struct pixel_distance {
    uint64_t sum;  /* of the absolute differences */
    int largest;
};

struct pixel_distance pixel_distance(const uint8_t *a, const uint8_t *b, size_t size);

#endif
