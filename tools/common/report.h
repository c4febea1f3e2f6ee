#ifndef TOOLS_REPORT_H
#define TOOLS_REPORT_H

#include "core/base/error.h"
#include "core/base/sandbox.h"

/* What the programs say, and how they end. Results go to standard output;
 * all of this goes to standard error. */

enum exit_status {
    EXIT_DONE = 0,
    EXIT_FAILED = 1,
    EXIT_USAGE = 2,
    EXIT_SOME_LEFT_OUT = 3, /* done, but some clips were left out */
};

/* "PROGRAM: text" on a line of its own, below any progress line. Control characters,
 * and bytes that are not UTF-8, are shown as \xNN. */
void report_say(const char *program, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* Say what went wrong (and, for wrong use, where help is), and give the exit
 * status that fits. */
enum exit_status report_failure(const char *program, const struct error *err);

/* Say once, where it is so, that system calls cannot be filtered here. */
void report_sandbox(const char *program, const struct sandbox *sandbox);

#endif
