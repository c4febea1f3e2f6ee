#include "core/nn/fused/layer_ends.h"

#include "core/nn/kernels/cache_line.h"
#include "core/nn/kernels/kernel_set.h"

#include <assert.h>

enum { BLOCK = CONV_DENSE_BLOCK };

static bool is_staged(const struct layer_end *end)
{
    return end->value_blocks != end->kernel_blocks;
}

void layer_end_plan(struct layer_end *end, size_t *scratch)
{
    assert(end->kernel_blocks || !end->value_blocks);
    assert(*scratch % CACHE_LINE_FLOATS == 0);
    size_t blocked = (size_t)(end->channels + BLOCK - 1) / BLOCK * BLOCK * end->pixels;
    end->image = end->value_blocks ? blocked : (size_t)end->channels * end->pixels;
    end->stage = cache_line_take(scratch, is_staged(end) ? blocked : 0);
}

const float *layer_end_read(const struct layer_end *end, const float *value, int image,
                            float *scratch)
{
    value += (size_t)image * end->image;
    if (!is_staged(end)) {
        return value;
    }
    float *blocks = scratch + end->stage;
    end->layout->to_blocks(blocks, value, end->channels, end->pixels);
    return blocks;
}

float *layer_end_room(const struct layer_end *end, float *value, int image, float *scratch)
{
    return is_staged(end) ? scratch + end->stage : value + (size_t)image * end->image;
}

void layer_end_hand_over(const struct layer_end *end, float *value, int image,
                         const float *scratch)
{
    if (is_staged(end)) {
        end->layout->to_planes(value + (size_t)image * end->image, scratch + end->stage,
                               end->channels, end->pixels);
    }
}
