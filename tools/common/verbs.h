#ifndef TOOLS_COMMON_VERBS_H
#define TOOLS_COMMON_VERBS_H

#include "tools/common/options.h"
#include "tools/common/report.h"

/* Programs whose first argument is a verb: each verb has options of its own,
 * and a line in the list that the program's help shows. */

struct verb {
    const char *name;
    const struct command *command; /* "PROGRAM VERB"; NULL where another program has it */
    /* argv[0] is the verb. Says what went wrong itself. */
    enum exit_status (*run)(int argc, char **argv);
    const char *brief; /* what it does, in a few words */
};

/* Run the verb that argv[1] names. Without one, --help and --version are
 * understood; an unknown verb is wrong use, and the nearest one is named. */
enum exit_status verbs_run(const struct command *command, int argc, char **argv);

/* Flush standard output: results that did not arrive are a failure. */
enum exit_status verbs_end(const struct command *command, enum exit_status status);

#endif
