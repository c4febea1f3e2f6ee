#ifndef TOOLS_PREDICT_CLASS_MAP_H
#define TOOLS_PREDICT_CLASS_MAP_H

#include "formats/model.h"
#include "formats/pack.h"
#include "tools/common/parts.h"

#include <stdint.h>

/* A pack's labels as the model numbers its classes: they are the same where
 * their names are. On success *ret has a label per row of the pack (also
 * DATASET_UNLABELLED) and is the caller's to free; rows that were not chosen
 * may be unlabelled in it. ERR_VALUE, naming them, where chosen rows have
 * classes that the model does not know. `path` is the model's. */
int class_map_labels(uint16_t **ret, const struct model *model, const char *path,
                     const struct pack *pack, const struct part_rows *rows,
                     struct error *err) MUST_CHECK;

#endif
