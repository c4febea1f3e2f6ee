#ifndef FORMATS_H5_OUTLINE_H
#define FORMATS_H5_OUTLINE_H

#include "core/base/child.h"
#include "core/base/error.h"
#include "formats/h5_file.h"

#include <stddef.h>
#include <stdint.h>

/* The child's part of reading an HDF5 file (see formats/h5_file.h): walk it
 * with libhdf5 and describe it in a flat sequence of records, which
 * formats/h5_description.h turns into tables.
 *
 *     outline    = version u32, record ..., 'E'
 *     record     = 'G' path
 *                | 'D' path type rank u8, dim u64 [rank], contiguous u8,
 *                      offset u64, storage u64
 *                | 'A' path name type count u64, value [count * size]
 *     type       = kind u8, size u64, members u32, (name value u64) [members]
 *     path, name = length u32, bytes, NUL
 *
 * Numbers are in the machine's order: both ends are one program. A group or
 * dataset comes before its attributes; values only where the kind is not
 * KIND_OTHER. Datasets without elements have offset 0. */

enum { OUTLINE_VERSION = 1 };

struct h5_outline_request {
    const char *name; /* of the file, for messages */
    int fd;
    uint64_t size; /* of the file, bytes */
    struct h5_limits limits;
};

/* Start libhdf5, for child_call's `prepare`. context is not used. */
int h5_outline_prepare(void *context, struct error *err) MUST_CHECK;

/* Describe the file; context is a struct h5_outline_request. For child_call's
 * `run`: libhdf5 may crash, hang or eat memory in here. */
int h5_outline_run(struct child_buffer *out, void *context, struct error *err) MUST_CHECK;

#endif
