#ifndef NN_LIFETIME_H
#define NN_LIFETIME_H

#include <stdbool.h>
#include <stddef.h>

/* Arrays that are needed at different times may lie at the same place. */
struct lifetime {
    int first; /* step in which the array is first needed, */
    int last;  /* and last; before `first`: never needed */
    size_t bytes;
    size_t at; /* set by lifetime_place() */
};

/* Give every array its place, one after the other: the lowest where nothing
 * lies that is needed at the same time. Places are multiples of the arena's
 * alignment. *ret_bytes is the memory for all of them; false where that does not
 * fit a size_t, or memory for `order` [count], which is scratch, is NULL. */
bool lifetime_place(size_t *ret_bytes, struct lifetime *arrays, int count, int *order);

#endif
