#ifndef TOOLS_TEXT_ARENA_H
#define TOOLS_TEXT_ARENA_H

#include <stddef.h>

/* Many small texts that are kept together and freed at once; a million paths
 * cost little more than their characters. Not thread-safe. */
struct text_arena {
    struct text_block *blocks; /* the newest first */
};

/* A copy of the first `length` bytes of text, with a NUL behind it, that
 * stays where it is until text_arena_free(). NULL when out of memory. */
const char *text_arena_add_n(struct text_arena *arena, const char *text, size_t length);

const char *text_arena_add(struct text_arena *arena, const char *text);

/* Accepts a zeroed struct. */
void text_arena_free(struct text_arena *arena);

#endif
