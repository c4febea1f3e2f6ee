#ifndef TOOLS_TRAIN_REPORT_PAGE_H
#define TOOLS_TRAIN_REPORT_PAGE_H

#include <stdio.h>

/* The frame of a page about runs: one file that loads nothing, light or dark as
 * the browser is, fit for paper and the keyboard. What stands between the two
 * calls uses the classes that report_page.c gives their looks. Errors of `out` are
 * left for ferror(). */

/* Up to and with the headline, which is `title` (text, not HTML). */
void report_page_begin(FILE *out, const char *title);

/* The script that lets charts (report_chart.h) say their values, and the end. */
void report_page_end(FILE *out);

#endif
