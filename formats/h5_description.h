#ifndef FORMATS_H5_DESCRIPTION_H
#define FORMATS_H5_DESCRIPTION_H

#include "core/base/error.h"
#include "formats/h5_file.h"

#include <stddef.h>
#include <stdint.h>

/* The parent's part of reading an HDF5 file: the bytes that a child hands back
 * (formats/h5_outline.h), which may be anything, into checked tables. */

struct h5_description {
    struct h5_dataset *datasets; /* ascending path, none twice */
    size_t dataset_count;
    struct h5_attribute *attributes; /* ascending object, then name; none twice */
    size_t attribute_count;
};

/* Parse. `data` must outlive *ret: names point into it. `name`, `mapping` and
 * `file_size` are the file's: what can be mapped points into the mapping. A
 * description that makes no sense is ERR_CHILD, a sensible one of a file that
 * cannot be right (data beyond its end, one name twice) is ERR_FORMAT.
 * Thread-safe. */
int h5_description_parse(struct h5_description *ret, const void *data, size_t size,
                         const char *name, const void *mapping, uint64_t file_size,
                         const struct h5_limits *limits, struct error *err) MUST_CHECK;

/* Free the tables. Accepts an all-zero one, and leaves one. */
void h5_description_clear(struct h5_description *description);

#endif
