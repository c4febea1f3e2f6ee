#include "core/video/count.h"

#include <stdlib.h>

// Enough for 500 pictures of 320x240, that is, for nearly every UCF101 clip.
enum { KEEP_BYTES = 80 << 20 };

// What a picture holds on to. A lower bound where decoders share buffers.
static size_t picture_bytes(const AVFrame *frame)
{
    size_t bytes = 0;
    for (int i = 0; i < AV_NUM_DATA_POINTERS && frame->buf[i]; i++) {
        bytes += (size_t)frame->buf[i]->size;
    }
    return bytes;
}

static int make_room(struct kept_pictures *kept, struct error *err)
{
    if (kept->count < kept->capacity) {
        return 0;
    }
    uint32_t capacity = kept->capacity ? 2 * kept->capacity : 64;
    AVFrame **frames = realloc(kept->frames, capacity * sizeof(AVFrame *));
    if (!frames) {
        return error_nomem(err, "pictures of a clip");
    }
    kept->frames = frames;
    kept->capacity = capacity;
    return 0;
}

// Take over the reference in `frame`, or give up keeping.
static int keep(struct kept_pictures *kept, AVFrame *frame, struct error *err)
{
    size_t bytes = picture_bytes(frame) + sizeof *frame;
    if (bytes > KEEP_BYTES - kept->bytes) {
        kept_pictures_clear(kept);
        kept->overflow = true;
        return 0;
    }
    int code = make_room(kept, err);
    if (code < 0) {
        return code;
    }
    AVFrame *own = av_frame_alloc();
    if (!own) {
        return error_nomem(err, "pictures of a clip");
    }
    av_frame_move_ref(own, frame);
    kept->frames[kept->count++] = own;
    kept->bytes += bytes;
    return 0;
}

int count_pictures(struct picture_count *ret, struct kept_pictures *kept, struct decoder *decoder,
                   struct error *err)
{
    AVFrame *frame = av_frame_alloc();
    if (!frame) {
        return error_nomem(err, "a picture");
    }
    struct picture_count count = {0};
    int code;
    while ((code = decoder_next(decoder, frame, err)) > 0) {
        if (count.n == UINT32_MAX) {
            code = error_set(err, ERR_DECODE, "more than %u pictures", UINT32_MAX);
            break;
        }
        if (count.n++ == 0) {
            count.width = (uint32_t)frame->width;
            count.height = (uint32_t)frame->height;
        }
        if (!kept->overflow && (code = keep(kept, frame, err)) < 0) {
            break;
        }
    }
    av_frame_free(&frame);
    if (code < 0) {
        return code;
    }
    *ret = count;
    return 0;
}

void kept_pictures_clear(struct kept_pictures *kept)
{
    for (uint32_t i = 0; i < kept->count; i++) {
        av_frame_free(&kept->frames[i]);
    }
    free(kept->frames);
    *kept = (struct kept_pictures){0};
}
