#ifndef FORMATS_H5_NATIVE_H
#define FORMATS_H5_NATIVE_H

#include "formats/h5_type.h"

#include <hdf5.h>

/* Between this project's types and libhdf5's, which must have been started
 * (H5open). Not thread-safe, as libhdf5 is not. */

/* libhdf5's type for a plain kind, in a file as in memory (both little-endian);
 * -1 for KIND_OTHER and KIND_TEXT. libhdf5's own: not to be closed. */
hid_t h5_native_plain(enum h5_kind kind);

/* A type of libhdf5's for any type of ours; the caller closes it (H5Tclose).
 * Negative on failure. */
hid_t h5_native_type(const struct h5_type *type);

/* The innermost message on libhdf5's error stack, with ": " before it; "" if
 * there is none. Every later call of libhdf5, even a close, empties the stack.
 * Returns out. */
enum { NATIVE_ERROR_SIZE = 200 };
char *h5_native_error(char out[NATIVE_ERROR_SIZE]);

#endif
