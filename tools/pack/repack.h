#ifndef TOOLS_PACK_REPACK_H
#define TOOLS_PACK_REPACK_H

#include "formats/pack.h"

#include <stdbool.h>
#include <stddef.h>

/* A new pack of clips that other packs hold: what `merge` and `resplit` share. */

/* Where clip number `clip` of the new pack is: its first row in which pack. */
typedef void repack_find_function(const void *context, size_t clip, const struct pack **ret_pack,
                                  size_t *ret_row);

/* A plan for `clips` clips with the samples, frames, sizes and classes of `like`,
 * which must outlive it; no splits and no attributes yet. */
struct pack_plan repack_plan(const struct pack *like, size_t clips);

/* The clip of row `row`, for a plan; its texts belong to `pack`. */
struct pack_clip repack_clip(const struct pack *pack, size_t row);

/* An attribute as it was read, for a plan; its texts belong to the pack. */
struct pack_attribute repack_attribute(const struct pack_value *value);

/* Write the plan's pack to `path` (replacing it only with `force`), each clip from
 * where find(context, ...) says. On failure, when the program is asked to stop
 * (ERR_STOPPED), or when one of the packs became shorter meanwhile (ERR_IO), nothing
 * is left of it. */
int repack_write(const struct pack_plan *plan, repack_find_function *find, const void *context,
                 const char *path, bool force, enum sandbox_mode sandbox,
                 struct error *err) MUST_CHECK;

#endif
