#ifndef TOOLS_STOP_H
#define TOOLS_STOP_H

#include <stdbool.h>

/* Ctrl-C and SIGTERM: a flag that loops look at. The second one kills. */
void stop_install(void);

/* Has a stop been asked for? */
bool stop_requested(void);

#endif
