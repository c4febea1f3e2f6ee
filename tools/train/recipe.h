#ifndef TOOLS_TRAIN_RECIPE_H
#define TOOLS_TRAIN_RECIPE_H

#include "core/base/error.h"
#include "tools/train/train_settings.h"

/* A file of options: a line "name = value" each, by the long names of the
 * command line; empty lines, and lines that begin with '#', say nothing. What
 * options.txt of a run says beside its options is passed over, so that it is a
 * recipe, too. */
struct recipe;

/* Read the built-in recipe of this name, else the file of this path, and put what it
 * says into the settings, whose texts point into the recipe from then on. Errors name
 * file and line: what is no option (with the nearest that is), what is given twice, and
 * values as the command line refuses them. Where it is neither, ERR_VALUE names the
 * built-in ones. */
int recipe_apply(struct recipe **ret, struct train_settings *settings, const char *path,
                 struct error *err) MUST_CHECK;

/* Accepts NULL; sets *recipe to NULL. */
void recipe_free(struct recipe **recipe);

#endif
