#ifndef TOOLS_COMMON_CALLED_H
#define TOOLS_COMMON_CALLED_H

#include <stdio.h>

/* How a program of ours is called. In the build tree it is `extract`; where it
 * is installed that name belongs to somebody else, and it is `triptych extract`
 * (or triptych-extract). What help and messages tell people to type follows
 * from the name that it was started by. */

/* "triptych " where this process was started as triptych-SOMETHING, else "". */
const char *called_prefix(void);

/* Write `text` with `prefix` put before each name of a program that begins an
 * indented line, stands behind a quote or behind "&& ": where texts show what to type.
 * `text` must not begin in the middle of such a line. */
void called_write(FILE *out, const char *text, const char *prefix);

#endif
