#ifndef FORMATS_EVENT_FILE_H
#define FORMATS_EVENT_FILE_H

#include "formats/protobuf.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* TensorBoard's event files: records one after the other, each an Event. Only what
 * scalars and pictures need is written.
 *
 * A record (TensorFlow's tfrecord): its length as 8 bytes, 4 bytes of checksum over
 * them, the data, 4 bytes of checksum over the data; numbers little-endian. The
 * checksum is CRC-32C, rotated right by 15 bits, plus 0xa282ead8. The data is a
 * message Event of tensorflow/core/util/event.proto, with a Summary of
 * tensorflow/core/framework/summary.proto in it.
 *
 * An Event has a field for the time of day. Here it is the step, as seconds: the
 * same run has the same bytes. Functions append to `out`, whose `failed` says
 * whether memory ran out. Thread-safe. */

struct event_scalar {
    const char *tag;
    double value; /* stored as float */
};

struct event_picture {
    const char *tag;
    const void *png; /* an RGB picture as a PNG file */
    size_t png_size;
    int width, height;
};

/* The record that a file begins with: the version of the format. */
void event_file_head(struct protobuf *out);

/* One record with all that belongs to a step; `picture` may be NULL. */
void event_file_step(struct protobuf *out, int64_t step, const struct event_scalar *scalars,
                     size_t count, const struct event_picture *picture);

/* The length in bytes of the first `count` records. False where there are fewer
 * whole ones with right checksums. */
bool event_file_records(size_t *ret, const void *bytes, size_t size, size_t count);

#endif
