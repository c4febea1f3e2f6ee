#ifndef TOOLS_TRAIN_OPTIMISER_SETTINGS_H
#define TOOLS_TRAIN_OPTIMISER_SETTINGS_H

#include "core/nn/train/optimiser.h"
#include "tools/train/train_settings.h"

/* The part of train's settings that is about the optimiser. */

/* Nothing given but the optimiser's kind. */
void optimiser_settings_unset(struct train_settings *settings);

/* Unset what this kind does not use. */
void optimiser_settings_forget(struct train_settings *settings, int kind);

/* Fill in the kind's defaults. ERR_USAGE where an option was given that the
 * kind does not use. Doing it twice changes nothing. */
int optimiser_settings_resolve(struct train_settings *settings, struct error *err) MUST_CHECK;

/* Of resolved settings. */
struct optimiser_options optimiser_settings_options(const struct train_settings *settings);

#endif
