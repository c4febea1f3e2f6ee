#ifndef FORMATS_JPEG_ENCODE_H
#define FORMATS_JPEG_ENCODE_H

#include "core/base/error.h"

#include <stddef.h>
#include <stdint.h>

/* RGB pictures as JPEG files, by libjpeg-turbo. Colours are at full resolution (4:4:4);
 * the transform is the exact one, so that the same pixels give the same bytes on every
 * CPU (with one version of the library). */
struct jpeg_encoder;

enum { JPEG_QUALITY_MAX = 100 };

/* For pictures of width x height, `quality` 1 .. JPEG_QUALITY_MAX as in libjpeg.
 * One thread at a time. */
int jpeg_encoder_open(struct jpeg_encoder **ret, int width, int height, int quality,
                      struct error *err) MUST_CHECK;

/* Accepts NULL; sets *encoder to NULL. */
void jpeg_encoder_close(struct jpeg_encoder **encoder);

/* pixels[height][width][3] as a file, which is valid until the next call. `name` is
 * for messages. ERR_VALUE for what JPEG cannot hold: sides over 65500. */
int jpeg_encode(const unsigned char **ret, size_t *ret_size, struct jpeg_encoder *encoder,
                const uint8_t *pixels, const char *name, struct error *err) MUST_CHECK;

#endif
