#ifndef FORMATS_PNG_FILE_H
#define FORMATS_PNG_FILE_H

#include "core/base/error.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Pixels a picture may have: it is held in memory, and compressed there. */
enum { PNG_FILE_PIXELS_MAX = 100 * 1000 * 1000, PNG_FILE_SIDE_MAX = 1000000 };

/* Write an RGB picture, pixels[height][width][3], as PATH, which appears only
 * when it is complete (core/base/output.h). There is no time stamp in it: the
 * same pixels give the same bytes (with one version of zlib). ERR_EXISTS when
 * PATH is there and not `force`; ERR_VALUE for a picture without pixels or
 * beyond the limits above. Thread-safe. */
int png_file_write(const char *path, bool force, const uint8_t *pixels, int width, int height,
                   struct error *err) MUST_CHECK;

/* The same bytes in memory, which the caller frees; `name` is for messages. */
int png_encode(unsigned char **ret, size_t *ret_size, const char *name, const uint8_t *pixels,
               int width, int height, struct error *err) MUST_CHECK;

#endif
