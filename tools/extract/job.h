#ifndef TOOLS_JOB_H
#define TOOLS_JOB_H

#include "core/base/error.h"
#include "formats/pack.h"
#include "tools/extract/plan.h"
#include "tools/extract/settings.h"

#include <stddef.h>

/* The third step of extract: hand every clip of the plan to the workers, check
 * what comes back, and write it into its slot. */

struct job_counts {
    size_t packed;
    size_t failed; /* each was told on standard error */
};

/* packed + failed is the number of clips. ERR_STOPPED when the user asked to
 * stop; other errors mean that the pack cannot be finished. The writer stays
 * the caller's. */
int job_run(struct job_counts *ret, const struct plan *plan,
            const struct extract_settings *settings, struct pack_writer *writer,
            struct error *err) MUST_CHECK;

#endif
