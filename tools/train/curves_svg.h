#ifndef TOOLS_TRAIN_CURVES_SVG_H
#define TOOLS_TRAIN_CURVES_SVG_H

#include "tools/train/compared_run.h"

#include <stdbool.h>

/* Draw what runs learned over their epochs as an SVG picture that stands alone
 * and follows the light or dark of who looks at it. Runs that differ in nothing
 * but their seed are one line, the mean of those of them, named by what their
 * folders' names begin with alike. Several lines: the validation part's accuracy
 * per sample. One: accuracies and losses of both parts.
 *
 * Writes PATH when it is complete; ERR_EXISTS where it is there and not `force`.
 * ERR_VALUE for more than CHART_LINES_MAX lines, and where no run has finished
 * an epoch. */
int curves_svg_write(const char *path, bool force, const struct compared_runs *runs,
                     struct error *err) MUST_CHECK;

#endif
