#ifndef TOOLS_GROUP_PATTERN_H
#define TOOLS_GROUP_PATTERN_H

#include "core/base/error.h"
#include "tools/extract/source.h"

/* Give every clip of the source the group that `pattern` finds in its path as
 * in the pack: what the first subexpression of a POSIX extended regular
 * expression matches, anywhere in the path; none where it does not match, or
 * matches nothing there. Groups that were found before are forgotten.
 * ERR_USAGE for a pattern that cannot be understood or has no subexpression,
 * ERR_VALUE for a group of more bytes than GROUP_NAME_SIZE takes. */
int group_pattern_apply(struct source *source, const char *pattern,
                        struct error *err) MUST_CHECK;

#endif
