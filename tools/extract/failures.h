#ifndef TOOLS_FAILURES_H
#define TOOLS_FAILURES_H

#include "core/base/error.h"
#include "formats/pack.h"
#include "tools/extract/plan.h"

/* Write the failed clips of a pack, which is not finished yet, as a table: a
 * line for each in row order, its path, a tab, why it failed. Control
 * characters and bytes that are not UTF-8 are \xNN. Replaces the file. */
int failures_write(const char *path, const struct pack_writer *writer, const struct plan *plan,
                   struct error *err) MUST_CHECK;

#endif
