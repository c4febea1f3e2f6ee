#ifndef TOOLS_TRAIN_RECORD_H
#define TOOLS_TRAIN_RECORD_H

#include "formats/model.h"
#include "tools/train/examples.h"
#include "tools/train/train_settings.h"

#include <stdbool.h>

/* What a run resolved to: every option that changes its result and what came
 * of it, as names and values. Printed, and stored in options.txt and the
 * model. */

enum { RECORD_MAX = 128 };

struct record {
    struct model_option items[RECORD_MAX]; /* their texts are the record's */
    int count;
};

/* `settings` holds what was resolved (split). init_digest is that of the model
 * that was started from, or NULL. */
int record_make(struct record *ret, const struct train_settings *settings,
                const struct pack *pack, const struct examples *examples,
                const char *init_digest, struct error *err) MUST_CHECK;

void record_clear(struct record *record);

/* Is this the name of something that a record says beside options? */
bool record_is_fact(const char *name);

/* options.txt: a line "name = value" each. */
int record_write(const struct record *record, const char *path, struct error *err) MUST_CHECK;

#endif
