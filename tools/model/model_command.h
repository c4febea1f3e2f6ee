#ifndef TOOLS_MODEL_COMMAND_H
#define TOOLS_MODEL_COMMAND_H

#include "formats/model.h"
#include "tools/common/verbs.h"

#include <stdbool.h>

/* `model VERB`: look at a model of train's, and take it elsewhere. */
extern const struct command model_command;

extern const struct verb verb_model_export;
extern const struct verb verb_model_info;

/* Settings that every verb begins with. */
struct model_settings {
    int sandbox; /* enum sandbox_mode */
};

/* Read the one MODEL that is the operand, and see that its net has a meaning
 * and that its parameters are those of the net. */
int model_command_read(struct model **ret, const struct model_settings *settings,
                       const char *path, struct error *err) MUST_CHECK;

#endif
