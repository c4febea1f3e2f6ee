#ifndef TOOLS_TRAIN_REPORT_CHART_H
#define TOOLS_TRAIN_REPORT_CHART_H

#include <stddef.h>
#include <stdio.h>

/* A chart of a run's report: lines over the epochs, as SVG within HTML. */

enum { CHART_LINES_MAX = 8, CHART_WIDTH = 640, CHART_HEIGHT = 300 };

struct chart {
    const char *title;
    const char *unit;   /* behind values: "" or " %" */
    double low, high;   /* of the axis; NAN: as the values need */
    size_t count;       /* epochs */
    const int *epochs;  /* [count], rising */
    int line_count;
    struct chart_line {
        const char *name;
        const double *values; /* [count]; NAN: not measured */
    } lines[CHART_LINES_MAX];
};

/* The chart with a legend; a readout that the page's script fills where the
 * pointer is; and all values as a table that opens. Lines without a value are
 * left out. */
void report_chart_write(FILE *out, const struct chart *chart);

/* Axes and lines alone, as SVG for a viewBox of CHART_WIDTH by CHART_HEIGHT. What
 * includes it gives the looks of the classes grid, line and dot, and of l0 to l7
 * for the lines. */
void report_chart_draw(FILE *out, const struct chart *chart);

#endif
