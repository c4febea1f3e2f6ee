#ifndef NN_VEC8_DOUBLE_H
#define NN_VEC8_DOUBLE_H

#include "core/nn/kernels/vec8.h"

/* Eight doubles, for sums of many floats. */

typedef float vec4 __attribute__((vector_size(16)));
typedef double vec4d __attribute__((vector_size(32)));

struct vec8_doubles {
    vec4d low; /* lanes 0..3 */
    vec4d high;
};

VEC8_INLINE struct vec8_doubles vec8_widen(vec8 v)
{
    vec4 low = __builtin_shufflevector(v, v, 0, 1, 2, 3);
    vec4 high = __builtin_shufflevector(v, v, 4, 5, 6, 7);
    return (struct vec8_doubles){__builtin_convertvector(low, vec4d),
                                 __builtin_convertvector(high, vec4d)};
}

/* *sum += a, *product += a * b */
VEC8_INLINE void vec8_add_product(struct vec8_doubles *sum, struct vec8_doubles *product, vec8 a,
                                  vec8 b)
{
    struct vec8_doubles wide_a = vec8_widen(a);
    struct vec8_doubles wide_b = vec8_widen(b);
    sum->low += wide_a.low;
    sum->high += wide_a.high;
    product->low += wide_a.low * wide_b.low;
    product->high += wide_a.high * wide_b.high;
}

#endif
