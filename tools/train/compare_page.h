#ifndef TOOLS_TRAIN_COMPARE_PAGE_H
#define TOOLS_TRAIN_COMPARE_PAGE_H

#include "tools/train/compared_run.h"

#include <stdbool.h>

/* Runs side by side as a page that stands alone, like RUN/report.html: what they
 * came to, a picture of the curves of all runs for each quantity, and the options in
 * which they differ. The same runs give the same page. */

/* Write the page as PATH; an existing file is replaced when the new one is complete,
 * with `force` only (else ERR_EXISTS). ERR_VALUE where there are more runs than a
 * picture has lines, or none has finished an epoch. */
int compare_page_write(const char *path, bool force, const struct compared_runs *runs,
                       struct error *err) MUST_CHECK;

#endif
