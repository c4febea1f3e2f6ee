#ifndef TOOLS_SHOW_PLAN_H
#define TOOLS_SHOW_PLAN_H

#include "core/base/error.h"
#include "tools/extract/plan.h"
#include "tools/extract/settings.h"

/* What --dry-run prints on standard output: how many clips of each class and in
 * each part of each split, rows and size of the pack, the first rows. */
int show_plan(const struct plan *plan, const struct extract_settings *settings,
              struct error *err) MUST_CHECK;

#endif
