#ifndef TOOLS_CPUS_H
#define TOOLS_CPUS_H

/* How many CPUs this process may run on, at least 1 and at most `limit`. */
int cpus_available(int limit);

#endif
