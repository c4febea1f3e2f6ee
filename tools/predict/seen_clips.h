#ifndef TOOLS_PREDICT_SEEN_CLIPS_H
#define TOOLS_PREDICT_SEEN_CLIPS_H

#include "formats/model.h"
#include "formats/pack.h"
#include "tools/common/parts.h"

#include <stddef.h>

/* How many of the labelled ones of these rows the model was trained on: a clip
 * of the same class and source video (group) was, or one of the same class and
 * path. So a pack that was split anew, or merged, is seen through, too. */
int seen_clips_count(size_t *ret, const struct model *model, const struct pack *pack,
                     const struct part_rows *rows, struct error *err) MUST_CHECK;

#endif
