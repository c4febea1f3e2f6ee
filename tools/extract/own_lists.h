#ifndef TOOLS_OWN_LISTS_H
#define TOOLS_OWN_LISTS_H

#include "core/base/error.h"
#include "tools/common/options.h"
#include "tools/extract/plan.h"

/* The lists that --split NAME=FILE names. */

/* Read them: *ret is an array of lists->count, freed by own_lists_free() with
 * that count; NULL when there are none. ERR_USAGE for a text that is not
 * NAME=FILE, else as part_list_read(). */
int own_lists_read(struct plan_list **ret, const struct option_list *lists,
                   struct error *err) MUST_CHECK;

/* Tell the user of lines that name no clip, once the plan is made. */
void own_lists_say(const struct plan_list *lists, int count);

/* Accepts NULL; sets *lists to NULL. */
void own_lists_free(struct plan_list **lists, int count);

#endif
