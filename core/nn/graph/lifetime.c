#include "core/nn/graph/lifetime.h"

#include "core/nn/arena.h"

#include <stdint.h>

static bool meet(const struct lifetime *a, const struct lifetime *b)
{
    return a->first <= b->last && b->first <= a->last;
}

// order[0..placed-1] are the arrays with a place, by place. Finds the new one's.
static void find_place(const struct lifetime *arrays, struct lifetime *new, const int *order,
                       int placed)
{
    new->at = 0;
    for (int i = 0; i < placed; i++) {
        const struct lifetime *other = &arrays[order[i]];
        if (!meet(other, new)) {
            continue;
        }
        if (other->at >= new->at && other->at - new->at >= new->bytes) {
            return;
        }
        size_t end = other->at + other->bytes;
        new->at = end > new->at ? end : new->at;
    }
}

bool lifetime_place(size_t *ret_bytes, struct lifetime *arrays, int count, int *order)
{
    size_t total = 0;
    int placed = 0;
    if (!order) {
        return false;
    }
    for (int n = 0; n < count; n++) {
        struct lifetime *new = &arrays[n];
        new->at = 0;
        if (new->last < new->first) {
            continue;
        }
        if (new->bytes > SIZE_MAX - ARENA_ALIGNMENT) {
            return false;
        }
        new->bytes = (new->bytes + ARENA_ALIGNMENT - 1) / ARENA_ALIGNMENT * ARENA_ALIGNMENT;
        find_place(arrays, new, order, placed);
        if (new->bytes > SIZE_MAX - new->at) {
            return false;
        }
        total = new->at + new->bytes > total ? new->at + new->bytes : total;
        int i = placed++;
        for (; i > 0 && arrays[order[i - 1]].at > new->at; i--) {
            order[i] = order[i - 1];
        }
        order[i] = n;
    }
    *ret_bytes = total;
    return true;
}
