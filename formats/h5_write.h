#ifndef FORMATS_H5_WRITE_H
#define FORMATS_H5_WRITE_H

#include "core/base/error.h"
#include "formats/h5_type.h"

#include <stddef.h>
#include <stdint.h>

/* Writing HDF5 so that the same calls give the same bytes: earliest file
 * format, no object times, contiguous datasets allocated at once, and every
 * dataset at a multiple of 8 bytes so that it can be used from a mapping.
 *
 * libhdf5 writes to a path. For a file that appears only when complete:
 *     output_open(&output, path, force, err);
 *     h5_write_open(&writer, output_partial_path(output), err);
 *     ... h5_write_*() ...
 *     h5_write_close(&writer, err);
 *     output_commit(&output, err);
 * It takes no file locks, where libhdf5 lets us (1.10.7 on).
 *
 * Not thread-safe: libhdf5 is one per process. */
struct h5_writer;

/* Empty the file at `path`, or create it. It keeps its inode. */
int h5_write_open(struct h5_writer **ret, const char *path, struct error *err) MUST_CHECK;

/* Open a file that this module wrote, to add to it or to set attributes.
 * Never one from outside: libhdf5 parses it here, in this process. */
int h5_write_reopen(struct h5_writer **ret, const char *path, struct error *err) MUST_CHECK;

/* Put what is created from now on, if it is at least `threshold` bytes long,
 * at multiples of `alignment` bytes. (1, 8) holds after opening. */
int h5_write_align(struct h5_writer *writer, uint64_t threshold, uint64_t alignment,
                   struct error *err) MUST_CHECK;

/* Its parents must exist. */
int h5_write_group(struct h5_writer *writer, const char *path, struct error *err) MUST_CHECK;

/* Create a dataset and write `data` (all its elements), or with data NULL only
 * make room: then its bytes are unspecified until the caller writes them at
 * *ret_offset. rank 0: one value. Its groups must exist. *ret_offset, if asked
 * for, is where it lies in the file, 0 if it has no elements.
 * ERR_VALUE when the type's description is beyond TYPE_MESSAGE_MAX. */
int h5_write_dataset(struct h5_writer *writer, const char *path, const struct h5_type *type,
                     int rank, const uint64_t *dims, const void *data, uint64_t *ret_offset,
                     struct error *err) MUST_CHECK;

/* Set an attribute of a group ("/" is the root) or dataset. One that exists
 * is written over in place; it must have the same type (of a text, size). An
 * attribute holds less than 64 KiB: ERR_VALUE. */
int h5_write_text(struct h5_writer *writer, const char *object, const char *name,
                  const char *value, struct error *err) MUST_CHECK;
int h5_write_u64(struct h5_writer *writer, const char *object, const char *name, uint64_t value,
                 struct error *err) MUST_CHECK;
int h5_write_f64(struct h5_writer *writer, const char *object, const char *name, double value,
                 struct error *err) MUST_CHECK;

/* Write out and close. Frees *writer, also on failure; sets it to NULL. */
int h5_write_close(struct h5_writer **writer, struct error *err) MUST_CHECK;

/* Close a file that will not be used. Accepts NULL; sets *writer to NULL. */
void h5_write_abandon(struct h5_writer **writer);

#endif
