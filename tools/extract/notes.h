#ifndef TOOLS_NOTES_H
#define TOOLS_NOTES_H

#include "tools/extract/plan.h"

/* Tell on standard error what a user should know before the work begins: what
 * was left alone, listed clips that are not here, groups that are not known. A
 * line each, none where all is as expected. */
void notes_say(const struct plan *plan);

#endif
