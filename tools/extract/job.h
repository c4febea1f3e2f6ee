#ifndef TOOLS_JOB_H
#define TOOLS_JOB_H

#include "core/base/error.h"
#include "formats/pack.h"
#include "tools/extract/plan.h"
#include "tools/extract/settings.h"

#include <stddef.h>

/* The third step of extract: hand every clip of the plan that is not in the
 * pack yet to the workers, check what comes back, and write it into its slot. */

struct job_counts {
    size_t packed;
    size_t failed; /* each was told on standard error */
};

/* `counts` holds the clips that are in the pack already, and grows. At the end
 * packed + failed is the number of clips. ERR_STOPPED when the user asked to
 * stop; ERR_DECODE when a clip failed and that was to stop it; other errors mean
 * that the pack cannot be finished now. The writer stays the caller's. */
int job_run(struct job_counts *counts, const struct plan *plan,
            const struct extract_settings *settings, struct pack_writer *writer,
            struct error *err) MUST_CHECK;

#endif
