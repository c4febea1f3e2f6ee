#ifndef TOOLS_EXTRACT_COMPLAINTS_H
#define TOOLS_EXTRACT_COMPLAINTS_H

#include "core/base/error.h"

#include <stddef.h>

/* What is to be said of failed clips, held back until all clips before them are
 * done: the same lines in the same order, whichever worker was the first. Begins
 * zeroed. */

struct complaints {
    struct complaint *list; /* by clip, rising */
    size_t count;
    size_t capacity;
};

/* Keep "PATH: MESSAGE" (copied) about a clip, by its number in the plan. ERR_NOMEM. */
int complaints_add(struct complaints *complaints, size_t clip, const char *path,
                   const char *message, struct error *err) MUST_CHECK;

/* Say on standard error, and drop, what there is about clips below `end`. */
void complaints_say(struct complaints *complaints, size_t end);

void complaints_clear(struct complaints *complaints);

#endif
