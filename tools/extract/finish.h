#ifndef TOOLS_FINISH_H
#define TOOLS_FINISH_H

#include "core/base/error.h"
#include "formats/pack.h"
#include "tools/extract/job.h"
#include "tools/extract/plan.h"
#include "tools/extract/settings.h"

/* The two ends of the work on a pack. */

/* Create it, or take it up where an earlier run was interrupted, which is said
 * on standard error: the plan's tables, and as attributes every setting that
 * changes a byte of it. With --shard the plan is cut down to the shard first.
 * Fills `counts` with the clips that are in already. *ret stays NULL when the
 * pack is there and only that had to be found out; else give it to
 * pack_abandon(), suspend_pack() or finish_pack(). */
int begin_pack(struct pack_writer **ret, struct job_counts *counts, struct plan *plan,
               const struct extract_settings *settings, struct error *err) MUST_CHECK;

/* Leave it for a later run, and say how to go on. Frees *writer. */
void suspend_pack(struct pack_writer **writer, const struct plan *plan,
                  const struct extract_settings *settings);

/* Close it, write the table of failures, and say on standard output what came
 * of it. *writer may be NULL: it was closed by an earlier run. A pack in which
 * no clip at all could be decoded is not kept (ERR_DECODE), but a shard is.
 * Frees *writer in any case. */
int finish_pack(struct pack_writer **writer, const struct plan *plan,
                const struct extract_settings *settings, const struct job_counts *counts,
                struct error *err) MUST_CHECK;

#endif
