#ifndef TOOLS_REPLY_H
#define TOOLS_REPLY_H

#include "core/base/error.h"
#include "tools/extract/slot.h"
#include "tools/extract/worker.h"

#include <stddef.h>

/* Judge what a worker says of a clip; it has read foreign bytes and may lie.
 * `slot` is a private copy of what it left (used when reply->code is 0).
 * 0 when the clip is well and every number in its range. Else err says why the
 * clip failed: in the worker's words, cleaned, with the code it gave, or
 * (ERR_CHILD) what of the answer makes no sense. Any bytes may be handed in. */
int reply_check(const struct worker_reply *reply, size_t clip, const struct slot_shape *shape,
                void *slot, struct error *err) MUST_CHECK;

#endif
