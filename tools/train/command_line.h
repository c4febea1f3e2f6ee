#ifndef TOOLS_TRAIN_COMMAND_LINE_H
#define TOOLS_TRAIN_COMMAND_LINE_H

#include "tools/train/recipe.h"
#include "tools/train/train_settings.h"

/* From argv to settings: first the recipe's options, or with --resume those of
 * the run's options.txt, then those of the command line. Where that brings
 * another optimiser or schedule, what only the recipe's uses is forgotten, so
 * that the options of one run are a recipe for another. Returns as
 * options_parse() does; *ret_recipe (NULL without one) must live as long as the
 * settings. */
int command_line_read(struct train_settings *ret, struct recipe **ret_recipe, int argc,
                      char **argv, int *ret_first, struct error *err) MUST_CHECK;

#endif
