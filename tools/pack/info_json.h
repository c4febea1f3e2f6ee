#ifndef TOOLS_PACK_INFO_JSON_H
#define TOOLS_PACK_INFO_JSON_H

#include "formats/pack.h"
#include "tools/pack/counts.h"

#include <stdio.h>

/* What `pack info` says, for scripts (docs/using-packs.md). */
void info_json_write(FILE *out, const struct pack *pack, const struct counts *counts);

#endif
