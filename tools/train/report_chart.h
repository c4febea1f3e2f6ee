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
 * includes it takes CHART_LINES_STYLE into its style sheet. */
void report_chart_draw(FILE *out, const struct chart *chart);

/* The colours of a page with charts: text, paper, soft text, edges, and a line each.
 * Declarations for ":root{...}" of a style sheet. */
#define CHART_COLOURS_LIGHT                                                            \
    "--fg:#1b1f24;--bg:#fff;--soft:#57606a;--edge:#d0d7de;--l0:#0550ae;--l1:#b83a00;"  \
    "--l2:#116329;--l3:#6e40c9;--l4:#9a6700;--l5:#bf3989;--l6:#1b7c83;--l7:#57606a"
#define CHART_COLOURS_DARK                                                             \
    "--fg:#e6edf3;--bg:#0d1117;--soft:#9aa4af;--edge:#3d444d;--l0:#79b8ff;--l1:#ffab70;" \
    "--l2:#7ee787;--l3:#d2a8ff;--l4:#e3b341;--l5:#ff9bce;--l6:#76e3ea;--l7:#9aa4af"

/* The looks of what report_chart_draw() draws, with those colours. Within a class l0 to
 * l7, --c is the line's colour; lines are told apart by their dashes, too. */
#define CHART_LINES_STYLE                                                              \
    ".grid{stroke:var(--edge);fill:none}"                                              \
    ".l0{--c:var(--l0)}.l1{--c:var(--l1)}.l2{--c:var(--l2)}.l3{--c:var(--l3)}"         \
    ".l4{--c:var(--l4)}.l5{--c:var(--l5)}.l6{--c:var(--l6)}.l7{--c:var(--l7)}"         \
    ".line{fill:none;stroke:var(--c);stroke-width:2}.dot{fill:var(--c)}"               \
    ".line.l1,.line.l4,.line.l7{stroke-dasharray:7 3}"                                 \
    ".line.l2,.line.l5{stroke-dasharray:2 3}"

#endif
