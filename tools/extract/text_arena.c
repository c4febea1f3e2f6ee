#include "tools/extract/text_arena.h"

#include <stdlib.h>
#include <string.h>

enum { BLOCK_BYTES = 64 << 10 };

struct text_block {
    struct text_block *next;
    size_t used;
    size_t capacity;
    char bytes[];
};

const char *text_arena_add_n(struct text_arena *arena, const char *text, size_t length)
{
    struct text_block *block = arena->blocks;
    if (!block || length + 1 > block->capacity - block->used) {
        size_t capacity = length < BLOCK_BYTES ? BLOCK_BYTES : length + 1;
        block = malloc(sizeof *block + capacity);
        if (!block) {
            return NULL;
        }
        *block = (struct text_block){.next = arena->blocks, .capacity = capacity};
        arena->blocks = block;
    }
    char *kept = block->bytes + block->used;
    memcpy(kept, text, length);
    kept[length] = 0;
    block->used += length + 1;
    return kept;
}

const char *text_arena_add(struct text_arena *arena, const char *text)
{
    return text_arena_add_n(arena, text, strlen(text));
}

void text_arena_free(struct text_arena *arena)
{
    while (arena->blocks) {
        struct text_block *next = arena->blocks->next;
        free(arena->blocks);
        arena->blocks = next;
    }
}
