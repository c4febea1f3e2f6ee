#ifndef TOOLS_TRAIN_TRAINED_MODEL_H
#define TOOLS_TRAIN_TRAINED_MODEL_H

#include "core/nn/net.h"
#include "formats/pack.h"
#include "tools/train/record.h"

/* Write the model file: the net as it is now, and everything predict needs to
 * know about it. `path` is replaced if it exists. */
int trained_model_write(const char *path, struct net *net, const struct net_spec *spec,
                        const char *net_name, const struct pack *pack,
                        const struct part_rows *trained_on, const struct record *record,
                        struct error *err) MUST_CHECK;

#endif
