#ifndef NN_ARENA_H
#define NN_ARENA_H

#include "core/base/error.h"

#include <stdbool.h>
#include <stddef.h>

/* One piece of memory for many arrays: plan them all, then allocate once.
 * Start from a zeroed struct. Planned arrays begin on a cache line. */
struct arena {
    unsigned char *base; /* NULL until allocated */
    size_t bytes;
    size_t beside; /* what the caller needs beside it: counted where it is too much */
    bool overflow; /* what was planned does not even fit a size_t */
};

enum { ARENA_ALIGNMENT = 64 };

/* Plan `count` elements of `size` bytes; returns their offset in bytes. */
size_t arena_plan(struct arena *arena, size_t count, size_t size);

/* Allocate all that was planned, filled with zeros. More than this machine
 * has memory is refused before it is tried: ERR_NOMEM, and the message says
 * that `what` needs how much. */
int arena_allocate(struct arena *arena, const char *what, struct error *err) MUST_CHECK;

/* Accepts a zeroed arena; leaves it zeroed. */
void arena_free(struct arena *arena);

#endif
