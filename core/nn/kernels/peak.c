#include "core/nn/kernels/kernel_tables.h"
#include "core/nn/kernels/vec8.h"

// Sums that do not wait for each other: enough to fill the pipes of two
// multiply-add units, few enough for the registers.
enum { SUMS = VEC8_AVX2 ? 12 : 6, TIMES = 64 };

static double multiply_adds(float *sink, size_t rounds)
{
    vec8 sums[SUMS];
    vec8 factor = vec8_all(sink[0]);
    vec8 term = vec8_all(sink[1]);
#pragma GCC unroll 12
    for (int i = 0; i < SUMS; i++) {
        sums[i] = vec8_all((float)i);
    }
    for (size_t n = 0; n < rounds * TIMES; n++) {
#pragma GCC unroll 12
        for (int i = 0; i < SUMS; i++) {
            sums[i] = vec8_fma(sums[i], factor, term);
        }
    }
    vec8 sum = sums[0];
#pragma GCC unroll 12
    for (int i = 1; i < SUMS; i++) {
        sum += sums[i];
    }
    sink[2] = vec8_sum(sum);
    return 2.0 * VEC8_LANES * SUMS * TIMES * (double)rounds;
}

const struct peak_kernels VEC8_TABLE(peak) = {multiply_adds};
