#ifndef TOOLS_LISTED_CLASSES_H
#define TOOLS_LISTED_CLASSES_H

#include "core/base/error.h"
#include "formats/split_lists.h"
#include "tools/extract/source.h"

/* Where lists name clips by their stems alone, give each listed clip that lies
 * in no class folder the class that the lists say. ERR_VALUE for one that lies
 * in the folder of another class. */
int listed_classes_apply(struct source *source, const struct split_lists *lists,
                         struct error *err) MUST_CHECK;

#endif
