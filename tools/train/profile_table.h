#ifndef TOOLS_PROFILE_TABLE_H
#define TOOLS_PROFILE_TABLE_H

#include "core/nn/run/profile.h"

#include <stdio.h>

/* What train --profile prints: a line for every layer with the time of both
 * directions, its share of all, the speed as if computed by its definition,
 * and that speed's share of `peak` (machine_peak()). At most 80 columns. */
void profile_table_print(FILE *out, const struct profile *profile, double peak,
                         const char *instructions);

#endif
