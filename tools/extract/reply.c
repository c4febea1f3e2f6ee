#include "tools/extract/reply.h"

#include "core/base/text.h"

#include <math.h>
#include <stdbool.h>
#include <string.h>

enum { SIDE_MAX = 1 << 16 }; // pixels: no decoder here yields larger pictures

static bool frames_are_sane(const struct worker_reply *reply, const struct slot_shape *shape,
                            void *slot)
{
    const uint32_t *index = slot_index(shape, slot);
    const double *time = slot_time(shape, slot);
    for (size_t i = 0; i < shape->frames; i++) {
        bool descends = i % shape->sample > 0 && index[i] < index[i - 1];
        if (index[i] >= reply->info.frame_count || descends || isinf(time[i])) {
            return false;
        }
    }
    return true;
}

int reply_check(const struct worker_reply *reply, size_t clip, const struct slot_shape *shape,
                void *slot, struct error *err)
{
    if (reply->clip != clip) {
        return error_set(err, ERR_CHILD, "worker's answer makes no sense (another clip's)");
    }
    if (reply->code != 0) {
        char message[WORKER_MESSAGE_SIZE], shown[4 * WORKER_MESSAGE_SIZE];
        memcpy(message, reply->message, sizeof message);
        message[sizeof message - 1] = 0;
        int code = reply->code >= ERR_NUMERIC && reply->code < 0 ? reply->code : ERR_CHILD;
        return error_set(err, code, "%s", message[0] ? text_clean(shown, sizeof shown, message)
                                                     : "failed without a reason");
    }
    const struct clip_info *info = &reply->info;
    if (info->width < 1 || info->width > SIDE_MAX || info->height < 1 || info->height > SIDE_MAX) {
        return error_set(err, ERR_CHILD, "worker's answer makes no sense (a picture of %u x %u)",
                         info->width, info->height);
    }
    if (info->partly > 1) {
        return error_set(err, ERR_CHILD, "worker's answer makes no sense (%u for yes or no)",
                         info->partly);
    }
    if (info->frame_count < 1 || !isfinite(info->frame_rate) || info->frame_rate < 0
        || !frames_are_sane(reply, shape, slot)) {
        return error_set(err, ERR_CHILD, "worker's answer makes no sense (frame numbers or times "
                         "out of range)");
    }
    return 0;
}
