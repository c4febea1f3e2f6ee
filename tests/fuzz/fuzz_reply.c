/* What a worker of extract answers, and leaves in its slot. */

#include "tests/fuzz/fuzz_input.h"
#include "tools/extract/reply.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const struct clip_options options = {.samples = 2, .frames = 3, .width = 2, .height = 2};
    struct slot_shape shape;
    struct error err = ERROR_INIT;
    if (slot_shape_of(&shape, &options, &err) < 0) {
        abort();
    }
    struct worker_reply reply;
    uint8_t *slot = calloc(1, shape.size);
    if (!slot) {
        abort();
    }
    memset(&reply, 0, sizeof reply);
    size_t head = size < sizeof reply ? size : sizeof reply;
    memcpy(&reply, data, head);
    size_t rest = size - head < shape.size ? size - head : shape.size;
    memcpy(slot, data + head, rest);
    int code = reply_check(&reply, 5, &shape, slot, &err);
    if (code == 0 && reply.info.partly > 1) {
        abort();
    }
    for (size_t i = 0; code == 0 && i < shape.frames; i++) {
        if (slot_index(&shape, slot)[i] >= reply.info.frame_count
            || isinf(slot_time(&shape, slot)[i])) {
            abort();
        }
    }
    if (code < 0) {
        for (const char *p = err.text; *p; p++) {
            if ((unsigned char)*p < 0x20 || *p == 0x7f) {
                abort(); // it would reach a terminal
            }
        }
    }
    free(slot);
    return 0;
}
