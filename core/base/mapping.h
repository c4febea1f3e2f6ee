#ifndef BASE_MAPPING_H
#define BASE_MAPPING_H

#include "core/base/error.h"

#include <stddef.h>

/* A file mapped for reading, that somebody else may shorten at any time.
 *
 * Touching a page that is no longer in the file (or that cannot be read: a lost
 * network mount) raises SIGBUS. No library of ours handles that: a program that
 * wants to end with a message asks mapping_name_at() in its handler. The kernel
 * fills the rest of a file's last page with zeros, so that a little less raises
 * nothing: mapping_check() is for that.
 *
 * Forked children do not have the mapping. */
struct mapping;

/* Map the first `size` bytes (not 0) of fd, which must stay open as long as the
 * mapping and stays the caller's. `name` is for messages. */
int mapping_open(struct mapping **ret, int fd, size_t size, const char *name,
                 struct error *err) MUST_CHECK;

/* Accepts NULL; sets *mapping to NULL. */
void mapping_close(struct mapping **mapping);

const void *mapping_data(const struct mapping *mapping);

/* Does the file still have the bytes that were mapped? ERR_IO if not: whatever
 * was computed from them is worth nothing. */
int mapping_check(const struct mapping *mapping, struct error *err) MUST_CHECK;

/* The name of the mapped file that this address lies in, escaped for a terminal
 * (core/base/text.h); NULL when there is none. Async-signal-safe, in any
 * thread, as long as no other thread closes that mapping. */
const char *mapping_name_at(const void *address);

#endif
