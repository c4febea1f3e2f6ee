#include "core/nn/kernels/kernel_tables.h"
#include "core/nn/kernels/vec8.h"

enum { BLOCK = CONV_POOL_BLOCK };

// Up to eight planes and any number of pixels, from or to one block.
static void planes_to_block(float *block, const float *planes, int channels, size_t pixels)
{
    size_t i = 0;
    for (; i + VEC8_LANES <= pixels; i += VEC8_LANES) {
        vec8 x[BLOCK];
#pragma GCC unroll 8
        for (int c = 0; c < BLOCK; c++) {
            x[c] = c < channels ? vec8_load(planes + (size_t)c * pixels + i) : (vec8){0};
        }
        vec8_transpose(x);
#pragma GCC unroll 8
        for (int k = 0; k < VEC8_LANES; k++) {
            vec8_store(block + (i + (size_t)k) * BLOCK, x[k]);
        }
    }
    for (; i < pixels; i++) {
        for (int c = 0; c < BLOCK; c++) {
            block[i * BLOCK + (size_t)c] = c < channels ? planes[(size_t)c * pixels + i] : 0;
        }
    }
}

static void block_to_planes(float *planes, const float *block, int channels, size_t pixels)
{
    size_t i = 0;
    for (; i + VEC8_LANES <= pixels; i += VEC8_LANES) {
        vec8 x[BLOCK];
#pragma GCC unroll 8
        for (int k = 0; k < VEC8_LANES; k++) {
            x[k] = vec8_load(block + (i + (size_t)k) * BLOCK);
        }
        vec8_transpose(x);
        for (int c = 0; c < channels; c++) {
            vec8_store(planes + (size_t)c * pixels + i, x[c]);
        }
    }
    for (; i < pixels; i++) {
        for (int c = 0; c < channels; c++) {
            planes[(size_t)c * pixels + i] = block[i * BLOCK + (size_t)c];
        }
    }
}

static void to_blocks(float *blocks, const float *planes, int channels, size_t pixels)
{
    for (int c = 0; c < channels; c += BLOCK) {
        int count = channels - c < BLOCK ? channels - c : BLOCK;
        planes_to_block(blocks + (size_t)c * pixels, planes + (size_t)c * pixels, count, pixels);
    }
}

static void to_planes(float *planes, const float *blocks, int channels, size_t pixels)
{
    for (int c = 0; c < channels; c += BLOCK) {
        int count = channels - c < BLOCK ? channels - c : BLOCK;
        block_to_planes(planes + (size_t)c * pixels, blocks + (size_t)c * pixels, count, pixels);
    }
}

const struct layout_kernels VEC8_TABLE(layout) = {to_blocks, to_planes};
