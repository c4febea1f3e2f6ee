#ifndef FORMATS_H5_FD_H
#define FORMATS_H5_FD_H

#include "core/base/error.h"

#include <hdf5.h>
#include <stdint.h>

/* A libhdf5 file driver that reads from an open descriptor, by offset, and
 * never asks for a path: for a process that may not open files. Not
 * thread-safe, as libhdf5 is not. */

/* A file access property list that reads `size` bytes of descriptor `fd`,
 * which stays the caller's and must outlive the files opened with the list.
 * Open with any name and H5F_ACC_RDONLY. The caller closes *ret (H5Pclose). */
int h5_fd_access(hid_t *ret, int fd, uint64_t size, struct error *err) MUST_CHECK;

#endif
