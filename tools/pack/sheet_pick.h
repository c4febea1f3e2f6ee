#ifndef TOOLS_SHEET_PICK_H
#define TOOLS_SHEET_PICK_H

#include "core/base/error.h"
#include "formats/pack.h"

#include <stddef.h>
#include <stdint.h>

/* Which clips a contact sheet shows. */

/* A class with clips to show: the unlabelled ones make one, too. */
struct sheet_class {
    uint16_t label;
    size_t clips;          /* that could be shown, by the part of the split they are in */
    size_t of_part[PART_COUNT];
    const uint32_t *rows;  /* the first row of each clip chosen, by path */
    int count;
};

struct sheet_pick {
    struct sheet_class *classes; /* in label order, unlabelled last; none empty */
    int class_count;
    uint32_t *rows; /* what the classes' rows point into */
};

/* Up to `per_class` clips of each class, drawn by the seed from those that
 * were decoded; with `split`, from those in some part of it, or with `part`
 * other than PART_NONE, in that one. Neither other classes nor the number of
 * clips asked for changes which clip comes first. On success the caller frees
 * *ret with sheet_pick_free(). ERR_VALUE when there is nothing to show. */
int sheet_pick(struct sheet_pick *ret, const struct pack *pack, const struct pack_column *split,
               enum pack_part part, int per_class, uint64_t seed, struct error *err) MUST_CHECK;

/* Accepts a zeroed one. */
void sheet_pick_free(struct sheet_pick *pick);

#endif
