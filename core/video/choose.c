#include "core/video/choose.h"

#include "core/base/random.h"

/* Write floor((start + i step) / divisor) for i in 0 .. count-1. The sum
 * itself needs up to 66 bits, so quotient and remainder are carried from one
 * number to the next instead; each stays within 64 bits. */
static void fill_steps(uint32_t *index, uint32_t count, uint64_t start, uint64_t step,
                       uint64_t divisor)
{
    uint64_t quotient = start / divisor;
    uint64_t remainder = start % divisor;
    for (uint32_t i = 0; i < count; i++) {
        index[i] = (uint32_t)quotient;
        quotient += step / divisor;
        remainder += step % divisor;
        if (remainder >= divisor) {
            remainder -= divisor;
            quotient++;
        }
    }
}

static void draw_frames(uint32_t *index, uint32_t count, uint32_t n, uint64_t draw)
{
    struct random random;
    random_seed(&random, draw, 0);
    for (uint32_t i = 0; i < count; i++) {
        // Below 2^31 times below 2^32: these fit.
        uint64_t begin = (uint64_t)i * n / count, end = ((uint64_t)i + 1) * n / count;
        uint64_t ahead = end > begin ? random_below(&random, end - begin) : 0;
        index[i] = (uint32_t)(begin + ahead);
    }
}

// From frame `start`, each `stride` after the one before, the last one repeated.
static void fill_run(uint32_t *index, uint32_t count, uint32_t n, uint64_t start, uint64_t stride)
{
    for (uint32_t i = 0; i < count; i++) {
        uint64_t frame = start + i * stride;
        index[i] = frame < n ? (uint32_t)frame : n - 1;
    }
}

// Frames from the first of a run to its last, both included.
static uint64_t run_length(uint64_t count, uint64_t stride)
{
    return (count - 1) * stride + 1;
}

void choose_frames(const struct choice *choice, uint32_t n, uint32_t *index)
{
    uint32_t runs = choice->samples, each = choice->frames, count = runs * each;
    uint64_t stride = choice->stride;
    switch (choice->rule) {
    case CHOOSE_CENTERS:
        // (2 i + 1) n / (2 count)
        fill_steps(index, count, n, 2 * (uint64_t)n, 2 * (uint64_t)count);
        break;
    case CHOOSE_UNIFORM:
        index[0] = 0;
        if (count > 1) {
            // i (n - 1) / (count - 1) + 1/2, over a common denominator
            uint64_t gaps = (uint64_t)count - 1;
            fill_steps(index, count, gaps, 2 * ((uint64_t)n - 1), 2 * gaps);
        }
        break;
    case CHOOSE_RANDOM:
        draw_frames(index, count, n, choice->draw);
        break;
    case CHOOSE_CONSECUTIVE:
        for (uint32_t k = 0; k < runs; k++) {
            uint64_t length = run_length(each, stride);
            uint64_t places = n >= length ? n - length + 1 : 0;
            uint64_t start = (2 * (uint64_t)k + 1) * places / (2 * (uint64_t)runs);
            fill_run(index + (uint64_t)k * each, each, n, start, stride);
        }
        break;
    case CHOOSE_FIRST:
        fill_run(index, count, n, 0, stride);
        break;
    case CHOOSE_MIDDLE: {
        uint64_t length = run_length(count, stride);
        fill_run(index, count, n, n >= length ? (n - length) / 2 : 0, stride);
        break;
    }
    }
}

// The last frame of a run may come sooner than `stride` after the one before.
static uint64_t length_without_repeats(uint64_t count, uint64_t stride)
{
    return count < 2 ? 1 : (count - 2) * stride + 2;
}

uint64_t choose_length(const struct choice *choice)
{
    uint64_t count = (uint64_t)choice->samples * choice->frames;
    switch (choice->rule) {
    case CHOOSE_CONSECUTIVE:
        return length_without_repeats(choice->frames, choice->stride);
    case CHOOSE_FIRST:
    case CHOOSE_MIDDLE:
        return length_without_repeats(count, choice->stride);
    default:
        return count;
    }
}

bool choose_is_ascending(const struct choice *choice)
{
    return choice->rule != CHOOSE_CONSECUTIVE || choice->samples == 1;
}
