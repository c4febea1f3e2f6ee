#ifndef TOOLS_TRAIN_CURVES_SVG_H
#define TOOLS_TRAIN_CURVES_SVG_H

#include "core/base/error.h"
#include "core/base/sandbox.h"

#include <stdbool.h>

/* Draw what runs learned over their epochs as an SVG picture that stands alone
 * and follows the light or dark of who looks at it. Runs that differ in nothing
 * but their seed are one line, the mean of those of them, named by what their
 * folders' names begin with alike. Several lines: the validation part's accuracy
 * per sample. One: accuracies and losses of both parts.
 *
 * Writes PATH when it is complete; ERR_EXISTS where it is there and not `force`.
 * ERR_VALUE for more than CHART_LINES_MAX lines, and where no run has finished
 * an epoch. Forks: call it before there are threads. */
int curves_svg_write(const char *path, bool force, char *const *runs, int count,
                     const struct sandbox *sandbox, struct error *err) MUST_CHECK;

#endif
