#ifndef FORMATS_LABEL_MAT_H
#define FORMATS_LABEL_MAT_H

#include "core/base/error.h"
#include "core/base/sandbox.h"

#include <stddef.h>
#include <stdint.h>

/* Label vectors out of a MATLAB file, version 5 ("-v6" or "-v7" in MATLAB). */

struct label_vector {
    const char *name; /* of the variable, set by the caller */
    uint16_t *labels; /* [count], each 1 .. 65534; the caller frees */
    size_t count;     /* 0 (and labels NULL) when there is no such variable */
};

/* Fill the vectors whose names are given. A variable must be a row or column
 * of doubles that are class numbers. The file is parsed in a sandboxed child.
 * On failure the vectors are untouched. ERR_VERSION for a version 7.3 file,
 * which is HDF5 inside. */
int label_mat_read(struct label_vector *vectors, int count, const char *path,
                   const struct sandbox *sandbox, struct error *err) MUST_CHECK;

#endif
