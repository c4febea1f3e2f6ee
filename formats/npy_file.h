#ifndef FORMATS_NPY_FILE_H
#define FORMATS_NPY_FILE_H

#include "core/base/error.h"

#include <stdbool.h>
#include <stddef.h>

/* NumPy's .npy, format version 1.0 as its documentation has it (numpy.lib.format):
 * magic, version, the length of the header as a 16-bit number, the header (a Python
 * dict, padded with blanks and a line break to a multiple of 64 bytes), the data. */

enum { NPY_RANK_MAX = 5 };

enum npy_type { NPY_U8, NPY_I64 }; /* "|u1", "<i8" */

struct npy_array {
    enum npy_type type;
    int rank;                   /* 1 .. NPY_RANK_MAX */
    size_t shape[NPY_RANK_MAX]; /* the last one varies fastest; their product times the
                                 * size of an element must fit a size_t */
    const void *data;           /* in this machine's order of bytes, which is little-endian */
};

/* Write it as PATH, which appears only when it is complete (core/base/output.h). The
 * same array gives the same bytes. ERR_EXISTS when PATH is there and not `force`.
 * Thread-safe. */
int npy_file_write(const char *path, bool force, const struct npy_array *array,
                   struct error *err) MUST_CHECK;

#endif
