#include "core/video/choose.h"

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

void choose_frames(enum choose_rule rule, uint32_t n, uint32_t count, uint32_t *index)
{
    if (rule == CHOOSE_CENTERS) {
        // (2 i + 1) n / (2 count)
        fill_steps(index, count, n, 2 * (uint64_t)n, 2 * (uint64_t)count);
    } else if (count > 1) {
        // i (n - 1) / (count - 1) + 1/2, over a common denominator
        uint64_t gaps = (uint64_t)count - 1;
        fill_steps(index, count, gaps, 2 * ((uint64_t)n - 1), 2 * gaps);
    } else if (count == 1) {
        index[0] = 0;
    }
}
