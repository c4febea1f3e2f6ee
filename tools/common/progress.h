#ifndef TOOLS_PROGRESS_H
#define TOOLS_PROGRESS_H

#include <stdbool.h>
#include <stdint.h>

/* One progress line on standard error: redrawn in place on a terminal, a
 * plain line now and then elsewhere. One at a time; main thread only. */

/* Is standard error a terminal whose cursor can be moved? Not where TERM is "dumb", as
 * in an editor's shell. */
bool progress_on_terminal(void);

/* Begin, with `total` units ("clips", "frames") to do. */
void progress_start(const char *label, const char *unit, uint64_t total);

/* `done` units are done in all; `note` (may be NULL) stands at the end. Cheap
 * to call often: it draws at most ten times a second. */
void progress_update(uint64_t done, const char *note);

/* Take the line away, so that something else can be printed. */
void progress_clear(void);

void progress_end(void);

/* Seconds of a clock that only ever goes forward. For display and for the
 * time columns; never for anything that decides a result. */
double progress_clock(void);

#endif
