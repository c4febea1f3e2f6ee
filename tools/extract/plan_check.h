#ifndef TOOLS_PLAN_CHECK_H
#define TOOLS_PLAN_CHECK_H

#include "core/base/error.h"
#include "tools/extract/plan.h"

/* ERR_VALUE, naming split, group and two clips, where a split of the plan has
 * clips of one group of one class in two of train, val and test. Clips whose
 * group is not known are not looked at. */
int plan_check_groups(const struct plan *plan, struct error *err) MUST_CHECK;

#endif
