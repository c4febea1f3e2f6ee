#ifndef TOOLS_WEIGHTS_H
#define TOOLS_WEIGHTS_H

#include "core/base/error.h"
#include "core/nn/parameters.h"
#include "formats/model.h"

/* Copy a model's parameters into a network's, by name. ERR_VALUE, naming
 * `path` and the parameter, where one is missing on either side or has another
 * shape; then nothing was copied. */
int weights_load(struct parameters *to, const struct model *model, const char *path,
                 struct error *err) MUST_CHECK;

/* Read a model of train's, or parameters out of a file of safetensors: then
 * the model has no net, no classes and no clips, but parameters and a digest.
 * The caller frees *ret with model_free(). May fork, as model_read() does. */
int weights_read(struct model **ret, const char *path, const struct sandbox *sandbox,
                 struct error *err) MUST_CHECK;

#endif
