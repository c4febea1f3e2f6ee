#ifndef TOOLS_GROUP_SPLIT_H
#define TOOLS_GROUP_SPLIT_H

#include "core/base/error.h"

#include <stddef.h>
#include <stdint.h>

/* Divide clips into parts, whole groups at a time, class by class.
 *
 * A pure function of the seed and the names: neither the order of the items
 * nor what other classes there are makes a difference. */

struct group_item {
    int class_number;  /* index into class_names; negative: in no part */
    const char *group; /* within its class; "" where it is not known */
    const char *name;  /* of the item itself: an item without a known group is
                        * a group of its own, and this names it */
};

/* A part and how many items it is to have, relative to the others. */
struct group_share {
    uint8_t part;   /* what ret_parts says of its items; not GROUP_NO_PART */
    uint32_t share; /* 1 .. 1000000 */
};

enum { GROUP_NO_PART = 0 };

/* Put every item in a part: ret_parts[0 .. count-1]. Within a class the groups
 * are taken in an order drawn by the seed, and the parts filled in the order
 * given, each up to the number of items nearest to its share. Every part gets
 * a group of every class that has as many groups as there are parts; of a
 * class with fewer, the first parts get one each.
 *
 * ERR_NOMEM, or ERR_VALUE for more than 2^32 - 1 items; then ret_parts is
 * untouched. */
int group_split(const struct group_item *items, size_t count, const char *const *class_names,
                uint64_t seed, const struct group_share *shares, int share_count,
                uint8_t *ret_parts, struct error *err) MUST_CHECK;

#endif
