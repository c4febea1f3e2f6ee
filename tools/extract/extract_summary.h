#ifndef EXTRACT_EXTRACT_SUMMARY_H
#define EXTRACT_EXTRACT_SUMMARY_H

#include "tools/extract/job.h"
#include "tools/extract/plan.h"
#include "tools/extract/settings.h"

#include <stdio.h>

/* Say on `out` what came of a pack that is finished: two lines, or with --json one
 * object, whose names are those of `pack info --json`. Errors of `out` are left for
 * ferror(). */
void extract_summary_print(FILE *out, const struct plan *plan,
                           const struct extract_settings *settings,
                           const struct job_counts *counts);

#endif
