#ifndef TOOLS_PARTS_H
#define TOOLS_PARTS_H

#include "core/base/error.h"
#include "formats/pack.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Which rows of a pack train, validate, test or are predicted. */

/* Row numbers, ascending. Zero is a valid, empty value. */
struct part_rows {
    uint32_t *rows;
    size_t count;
};

/* The caller owns the numbers; safe to call twice. */
void part_rows_clear(struct part_rows *rows);

/* The split of this name, or with name NULL the one that goes without saying:
 * the pack's only one, else `tutorial`, else `groups`. ERR_VALUE where there is
 * none, naming those there are. */
int parts_find_split(const struct pack_column **ret, const struct pack *pack, const char *name,
                     struct error *err) MUST_CHECK;

/* "NAME/PART" (PART is train, val or test) of this pack; ERR_VALUE naming what
 * there is otherwise. A split's name may hold '/': the last one counts. */
int parts_find(const struct pack_column **ret_split, enum pack_part *ret_part,
               const struct pack *pack, const char *text, struct error *err) MUST_CHECK;

/* The rows of a part of a split that hold a decoded sample; split NULL: all
 * such rows of the pack. With `labelled`, the labelled ones of them.
 * *ret_left_out, if not NULL, counts those that the rest of the choice would
 * have taken, but that are unlabelled. */
int parts_rows(struct part_rows *ret, const struct pack *pack, const struct pack_column *split,
               enum pack_part part, bool labelled, size_t *ret_left_out,
               struct error *err) MUST_CHECK;

/* Share `rows`, labelled ones, out into training and validation: whole groups,
 * class by class, about one part in five for validation, drawn by the seed. A
 * class with one group stays in training. */
int parts_draw_validation(struct part_rows *ret_train, struct part_rows *ret_val,
                          const struct pack *pack, const struct part_rows *rows, uint64_t seed,
                          struct error *err) MUST_CHECK;

/* The same for one fold of a cross-validation: the groups of each class are
 * shared out evenly over `folds` (2 .. PARTS_FOLDS_MAX) by the seed, and those of
 * fold number `fold`, from 1, are validated on. Over all folds every row is,
 * once. A class with fewer groups than folds is in the first ones only. */
enum { PARTS_FOLDS_MAX = 100 };
int parts_draw_fold(struct part_rows *ret_train, struct part_rows *ret_val,
                    const struct pack *pack, const struct part_rows *rows, uint64_t seed,
                    int fold, int folds, struct error *err) MUST_CHECK;

/* Do these rows hold more than one label? */
bool parts_have_two_classes(const struct pack *pack, const struct part_rows *rows);

#endif
