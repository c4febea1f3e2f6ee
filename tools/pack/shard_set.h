#ifndef TOOLS_PACK_SHARD_SET_H
#define TOOLS_PACK_SHARD_SET_H

#include "formats/pack.h"

#include <stddef.h>

/* The shards of one plan, all of them, open and in order. */
struct shard_set {
    struct pack **packs; /* [count], by shard number */
    int count;
    size_t *first; /* [count + 1]: number of a shard's first clip in the whole */
    size_t clips;  /* of all shards */
};

/* Open them, in whatever order they are named, and check that they are the
 * parts of one plan, each there once, and undamaged. The error names the files
 * and what is missing, doubled or different. On success the caller ends with
 * shard_set_close(). */
int shard_set_open(struct shard_set *ret, char *const *paths, int count,
                   const struct sandbox *sandbox, struct error *err) MUST_CHECK;

/* Where clip number `clip` of the whole is: its first row in which shard. */
void shard_set_find(const struct shard_set *set, size_t clip, const struct pack **ret_pack,
                    size_t *ret_row);

/* Accepts a zeroed struct. */
void shard_set_close(struct shard_set *set);

#endif
