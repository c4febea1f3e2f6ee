#ifndef EXTRACT_TARGETS_H
#define EXTRACT_TARGETS_H

#include "core/base/error.h"
#include "tools/extract/settings.h"
#include "tools/extract/source.h"

/* What extract writes, the pack and the table of failures: said before any work where it
 * cannot be. */

/* ERR_EXISTS for a pack that is there without --force, and whatever else stands in the
 * way of the two; ERR_USAGE where they are one file. pack_begin() asks again, and knows
 * a pack that only lacks the last step of an earlier run. */
int targets_check(const struct extract_settings *settings, struct error *err) MUST_CHECK;

/* ERR_USAGE where one of them is a file that is to be read. */
int targets_check_sources(const struct extract_settings *settings, const struct source *source,
                          struct error *err) MUST_CHECK;

#endif
