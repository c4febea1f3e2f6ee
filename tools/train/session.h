#ifndef TOOLS_TRAIN_SESSION_H
#define TOOLS_TRAIN_SESSION_H

#include "core/base/error.h"
#include "tools/train/train_settings.h"

/* One run of train, from the pack to RUN/model.h5. Prints as it goes. */
int session_run(const struct train_settings *settings, const char *pack_path,
                struct error *err) MUST_CHECK;

#endif
