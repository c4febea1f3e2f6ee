#ifndef TOOLS_FINISH_H
#define TOOLS_FINISH_H

#include "core/base/error.h"
#include "formats/pack.h"
#include "tools/extract/job.h"
#include "tools/extract/plan.h"
#include "tools/extract/settings.h"

/* The two ends of the work on a pack. */

/* Create it: the plan's tables, and as attributes every setting that changes a
 * byte of it. Give it to pack_abandon() or finish_pack(). */
int begin_pack(struct pack_writer **ret, const struct plan *plan,
               const struct extract_settings *settings, struct error *err) MUST_CHECK;

/* Close it, and say on standard output what came of it. A pack in which no
 * clip at all could be decoded is not kept (ERR_DECODE). Frees *writer in any
 * case. */
int finish_pack(struct pack_writer **writer, const struct plan *plan,
                const struct extract_settings *settings, const struct job_counts *counts,
                struct error *err) MUST_CHECK;

#endif
