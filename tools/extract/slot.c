#include "tools/extract/slot.h"

static const uint64_t largest = (uint64_t)1 << 30;

static size_t round_up(size_t size)
{
    return (size + 63) / 64 * 64;
}

int slot_shape_of(struct slot_shape *ret, const struct clip_options *options, struct error *err)
{
    uint64_t frames = (uint64_t)options->samples * (uint64_t)options->frames;
    uint64_t frame_bytes = (uint64_t)options->width * (uint64_t)options->height * 3;
    // Each below 2^60, as the options' bounds have it: the division is exact enough.
    if (frames > largest / frame_bytes) {
        return error_set(err, ERR_USAGE, "%llu frames of %dx%d a clip take more than 1 GiB; fewer "
                         "--samples or --frames, or a smaller --size are needed",
                         (unsigned long long)frames, options->width, options->height);
    }
    ret->frames = (size_t)frames;
    ret->sample = (size_t)options->frames;
    ret->frame_bytes = (size_t)frame_bytes;
    ret->index_offset = round_up((size_t)(frames * frame_bytes));
    ret->time_offset = round_up(ret->index_offset + ret->frames * sizeof(uint32_t));
    ret->size = ret->time_offset + ret->frames * sizeof(double);
    return 0;
}

uint8_t *slot_pixels(const struct slot_shape *shape, void *slot)
{
    (void)shape;
    return slot;
}

uint32_t *slot_index(const struct slot_shape *shape, void *slot)
{
    return (void *)((char *)slot + shape->index_offset);
}

double *slot_time(const struct slot_shape *shape, void *slot)
{
    return (void *)((char *)slot + shape->time_offset);
}
