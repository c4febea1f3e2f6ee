#ifndef TOOLS_PREDICT_PREDICTION_H
#define TOOLS_PREDICT_PREDICTION_H

#include "core/base/error.h"
#include "tools/predict/predict_settings.h"

/* One run of predict: read model and pack, run the net over the chosen rows,
 * write the table, print. */
int prediction_run(const struct predict_settings *settings, const char *model_path,
                   const char *pack_path, struct error *err) MUST_CHECK;

#endif
