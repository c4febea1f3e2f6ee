#ifndef FORMATS_MAT_WRITE_H
#define FORMATS_MAT_WRITE_H

#include "core/base/error.h"

#include <stddef.h>

/* A MATLAB file of version 5, by "MAT-File Format" of MathWorks: a header of 128
 * bytes, then column vectors of doubles, uncompressed. There is no date in it: the
 * same vectors give the same bytes.
 *
 * matio, which reads such files for us (label_mat.h), does not write them: it has no
 * output to memory, so that a file could not get its name when it is whole; its
 * Mat_VarWrite() and Mat_Close() return 0 where the disk is full (1.5.23: what is there
 * then ends early); and it would put a date into the header. */

enum { MAT_NAME_MAX = 8 };

struct mat_vector {
    const char *name;     /* of the variable: at most MAT_NAME_MAX bytes */
    const double *values; /* [count] */
    size_t count;         /* at most 1 << 24 */
};

/* The file in memory, which the caller frees; `file` is its name for messages.
 * Thread-safe. */
int mat_encode(unsigned char **ret, size_t *ret_size, const char *file,
               const struct mat_vector *vectors, int count, struct error *err) MUST_CHECK;

#endif
