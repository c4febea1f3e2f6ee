#ifndef NN_CACHE_LINE_H
#define NN_CACHE_LINE_H

#include <stddef.h>

/* Arrays of floats that share a piece of memory: each begins on a cache line of its own,
 * provided that the piece does. Offsets and counts are floats. */

enum { CACHE_LINE_FLOATS = 16 };

/* `count`, filled up to whole lines. */
static inline size_t cache_line_fill(size_t count)
{
    return (count + CACHE_LINE_FLOATS - 1) / CACHE_LINE_FLOATS * CACHE_LINE_FLOATS;
}

/* Put an array of `count` behind what ends at *end; returns where it begins. */
static inline size_t cache_line_take(size_t *end, size_t count)
{
    size_t at = *end;
    *end += cache_line_fill(count);
    return at;
}

#endif
