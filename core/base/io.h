#ifndef BASE_IO_H
#define BASE_IO_H

#include "core/base/error.h"

#include <stddef.h>
#include <stdint.h>

/* Whole reads and writes at an offset, restarted after signals and short
 * counts. `name` is the file's name for messages. Thread-safe. */
int io_write_at(int fd, const void *data, size_t size, uint64_t offset, const char *name,
                struct error *err) MUST_CHECK;

/* ERR_FORMAT when the file ends before `size` bytes are read. */
int io_read_at(int fd, void *data, size_t size, uint64_t offset, const char *name,
               struct error *err) MUST_CHECK;

/* Open for reading, close-on-exec. Anything but a regular file is refused
 * (ERR_IO). On success *ret_fd is the caller's, and *ret_size, if asked for,
 * its size in bytes. */
int io_open_regular(int *ret_fd, uint64_t *ret_size, const char *path,
                    struct error *err) MUST_CHECK;

/* Read a whole regular file of at most `limit` bytes into a fresh buffer with
 * a NUL behind it; the caller frees *ret. */
int io_read_file(char **ret, size_t *ret_size, const char *path, size_t limit,
                 struct error *err) MUST_CHECK;

/* What is read next comes from the disk. Where a write-back failed (fsync: EIO) Linux keeps
 * the bytes in its cache, as if they had been written, until it needs the room: who reads
 * them there believes that nothing was lost. Bytes still to be written stay. A hint to the
 * kernel, and nothing that could fail. Thread-safe. */
void io_drop_cached(int fd);

#endif
