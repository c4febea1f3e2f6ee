#ifndef NN_CONV_POOL_PARTS_H
#define NN_CONV_POOL_PARTS_H

#include "core/nn/kernels/conv_pool.h"
#include "core/nn/kernels/set_bits.h"
#include "core/nn/kernels/vec8.h"

/* Inner parts of conv_pool, inlined where they are used. */

/* Eight windows of convolution outputs, without their bias: the largest with
 * bias and relu, and a bit for each lane. */
struct conv_pool_winners {
    vec8 value;    /* NaN where any of the four is */
    uint8_t right; /* the first largest is b or d, */
    uint8_t low;   /* c or d, */
    uint8_t alive; /* and above zero */
};

VEC8_INLINE struct conv_pool_winners conv_pool_choose(vec8 a, vec8 b, vec8 c, vec8 d, vec8 bias)
{
    vec8 top = vec8_max(a, b);
    vec8 bottom = vec8_max(c, d);
    vec8i low = bottom > top;
    vec8i right = vec8i_select(low, d > c, b > a);
    vec8i not_number = vec8_unordered(a, b) | vec8_unordered(c, d);
    // In this order a bias that is not a number comes through.
    vec8 best = vec8_max((vec8){0}, vec8_max(top, bottom) + bias);
    return (struct conv_pool_winners){
        .value = (vec8)((vec8i)best | not_number),
        .right = (uint8_t)vec8i_signs(right),
        .low = (uint8_t)vec8i_signs(low),
        .alive = (uint8_t)vec8i_signs((best > (vec8){0}) & ~not_number),
    };
}

/* ---- lists of entries, each an offset and a gradient, and sums over them ---- */

enum { CONV_POOL_REGISTERS = VEC8_REGISTERS - 2 }; /* for sums; the others are for operands */

/* Append the lanes of `mask` to the two halves of a list of n entries, which
 * has room for eight more; returns how many it has then. */
VEC8_INLINE int conv_pool_append(int32_t *offsets, float *gradients, int n, unsigned mask,
                                 vec8i offset, vec8 gradient)
{
    vec8i digits = vec8i_all((int32_t)set_bits[mask]);
    vec8i order = (digits >> (vec8i){0, 4, 8, 12, 16, 20, 24, 28}) & 7;
    vec8i_store(offsets + n, vec8i_permute(offset, order));
    vec8_store(gradients + n, vec8_permute(gradient, order));
    return n + __builtin_popcount(mask);
}

/* The sum of a list's gradients. Writes zeros behind it. */
VEC8_INLINE float conv_pool_list_sum(float *gradients, int n)
{
    vec8 sum = {0};
    vec8_store(gradients + n, sum);
    for (int i = 0; i < n; i += VEC8_LANES) {
        sum += vec8_load(gradients + i);
    }
    return vec8_sum(sum);
}

/* sums[row][vector] += gradient * x[offset + row * stride + vector] over a
 * list; at most CONV_POOL_REGISTERS vectors in all. */
VEC8_INLINE void conv_pool_correlate(const int rows, const int vectors, float *sums,
                                     const float *x, size_t stride, const int32_t *offsets,
                                     const float *gradients, int n)
{
    vec8 sum[CONV_POOL_REGISTERS];
#pragma GCC unroll 30
    for (int i = 0; i < rows * vectors; i++) {
        sum[i] = vec8_load(sums + i * VEC8_LANES);
    }
    for (int k = 0; k < n; k++) {
        const float *at = x + offsets[k];
        vec8 g = vec8_all(gradients[k]);
#pragma GCC unroll 30
        for (int r = 0; r < rows; r++) {
            const float *row = vec8_pin(at + (size_t)r * stride);
#pragma GCC unroll 30
            for (int v = 0; v < vectors; v++) {
                vec8 *to = &sum[r * vectors + v];
                *to = vec8_fma(g, vec8_load(row + v * VEC8_LANES), *to);
            }
        }
    }
#pragma GCC unroll 30
    for (int i = 0; i < rows * vectors; i++) {
        vec8_store(sums + i * VEC8_LANES, sum[i]);
    }
}

/* The same for any number of rows, so many at a time as fit the registers. */
VEC8_INLINE void conv_pool_correlate_rows(const int vectors, int rows, float *sums,
                                          const float *x, size_t stride, const int32_t *offsets,
                                          const float *gradients, int n)
{
    const int fit = CONV_POOL_REGISTERS / vectors;
    const int most = fit < 7 ? fit : 7;
    const size_t width = (size_t)vectors * VEC8_LANES;
    for (; rows >= most; rows -= most, sums += (size_t)most * width, x += (size_t)most * stride) {
        conv_pool_correlate(most, vectors, sums, x, stride, offsets, gradients, n);
    }
#pragma GCC unroll 6
    for (int left = most - 1; left > 0; left--) {
        if (rows == left) {
            conv_pool_correlate(left, vectors, sums, x, stride, offsets, gradients, n);
        }
    }
}

/* x[row][vector] += gradient * w[offset + row * vectors + vector] over a list
 * that is not empty; rows of x are `stride` floats apart. */
VEC8_INLINE void conv_pool_spread(const int rows, const int vectors, float *x, size_t stride,
                                  const float *w, const int32_t *offsets,
                                  const float *gradients, int n)
{
    vec8 sum[CONV_POOL_REGISTERS];
#pragma GCC unroll 30
    for (int i = 0; i < rows * vectors; i++) {
        sum[i] = vec8_load(x + (size_t)(i / vectors) * stride + i % vectors * VEC8_LANES);
    }
    for (int k = 0; k < n; k++) {
        const float *at = vec8_pin(w + offsets[k]);
        vec8 g = vec8_all(gradients[k]);
#pragma GCC unroll 30
        for (int i = 0; i < rows * vectors; i++) {
            sum[i] = vec8_fma(g, vec8_load(at + i * VEC8_LANES), sum[i]);
        }
    }
#pragma GCC unroll 30
    for (int i = 0; i < rows * vectors; i++) {
        vec8_store(x + (size_t)(i / vectors) * stride + i % vectors * VEC8_LANES, sum[i]);
    }
}

#endif
