#include "core/nn/arena.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

size_t arena_plan(struct arena *arena, size_t count, size_t size)
{
    size_t offset = arena->bytes;
    size_t bytes;
    size_t end;
    if (__builtin_mul_overflow(count, size, &bytes)
        || __builtin_add_overflow(offset, bytes, &end)
        || __builtin_add_overflow(end, (size_t)ARENA_ALIGNMENT - 1, &end)) {
        arena->overflow = true;
        return 0;
    }
    arena->bytes = end / ARENA_ALIGNMENT * ARENA_ALIGNMENT;
    return offset;
}

// Bytes of memory in this machine; a very large number when unknown.
static double machine_memory(void)
{
    long pages = sysconf(_SC_PHYS_PAGES);
    long page = sysconf(_SC_PAGESIZE);
    return pages > 0 && page > 0 ? (double)pages * (double)page : 0x1p63;
}

int arena_allocate(struct arena *arena, const char *what, struct error *err)
{
    static const double gib = 1024.0 * 1024 * 1024;
    double memory = machine_memory();
    if (arena->overflow) {
        return error_set(err, ERR_NOMEM, "%s needs more memory than can be addressed", what);
    }
    double needed = (double)arena->bytes + (double)arena->beside;
    if (needed > memory) {
        return error_set(err, ERR_NOMEM, "%s needs %.1f GiB of memory, this machine has %.1f",
                         what, needed / gib, memory / gib);
    }
    size_t bytes = arena->bytes ? arena->bytes : ARENA_ALIGNMENT;
    unsigned char *base = aligned_alloc(ARENA_ALIGNMENT, bytes);
    if (!base) {
        return error_set(err, ERR_NOMEM, "out of memory: %s needs %.3f GiB", what,
                         (double)arena->bytes / gib);
    }
    memset(base, 0, bytes);
    arena->base = base;
    return 0;
}

void arena_free(struct arena *arena)
{
    free(arena->base);
    *arena = (struct arena){0};
}
