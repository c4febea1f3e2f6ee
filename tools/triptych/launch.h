#ifndef TOOLS_TRIPTYCH_LAUNCH_H
#define TOOLS_TRIPTYCH_LAUNCH_H

#include "tools/common/report.h"

/* Become the program triptych-VERB, argv[0] being the verb. It is looked for
 * beside this program, then where the build tree has it, then, where /proc does
 * not say where this program is, in PATH. Comes back only where that failed,
 * having said why. Changes argv[0]. */
enum exit_status launch_sibling(int argc, char **argv);

#endif
