#ifndef FORMATS_CHECKPOINT_PARTS_H
#define FORMATS_CHECKPOINT_PARTS_H

#include "formats/checkpoint.h"

#include <stdbool.h>

/* What the reader and the writer of checkpoints share; for
 * formats/checkpoint_*.c only. */

#define CHECKPOINT_GROUP "/checkpoint"
#define CHECKPOINT_HISTORY CHECKPOINT_GROUP "/history"
#define CHECKPOINT_OPTIMISER CHECKPOINT_GROUP "/optimiser"

/* The numbers of struct checkpoint, attributes of the group by these names. */
struct checkpoint_number {
    const char *name;
    size_t offset;
    bool real; /* a double, else u64 */
};

enum { CHECKPOINT_NUMBERS = 15 };
extern const struct checkpoint_number checkpoint_numbers[CHECKPOINT_NUMBERS];

/* Is this column of the history stored? Times are not. */
bool checkpoint_has_column(const struct history_column *column);

/* A cell as it is stored: every number as a double. */
double checkpoint_cell(const struct history_row *row, const struct history_column *column);

/* Of one whose arrays are sorted by name: over all of it, and over the digest
 * of the model beside it. */
int checkpoint_digest(const struct checkpoint *checkpoint, const char *model_digest,
                      char hex[DIGEST_HEX_SIZE], struct error *err) MUST_CHECK;

#endif
