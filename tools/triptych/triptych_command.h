#ifndef TOOLS_TRIPTYCH_COMMAND_H
#define TOOLS_TRIPTYCH_COMMAND_H

#include "tools/common/verbs.h"

/* `triptych VERB ...`: one name on a user's PATH for all the programs. Each of
 * its verbs is a program of its own, triptych-VERB. */
extern const struct command triptych_command;

#endif
