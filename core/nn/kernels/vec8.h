#ifndef NN_VEC8_H
#define NN_VEC8_H

/* Eight floats side by side, the unit of the vector kernels. Types and
 * arithmetic are those of GCC's vector extension, which any machine has (one
 * with narrower registers uses two for each); what it cannot say is here, once
 * for AVX2 with FMA, once for NEON and once for everything else. The files that use it are
 * compiled once per instruction set: see kernel_set.h. */

#include <stdint.h>
#include <string.h>

#if defined(__AVX2__) && defined(__FMA__)
#include <immintrin.h>
#define VEC8_AVX2 1
#else
#define VEC8_AVX2 0
#endif

/* Every 64-bit ARM has NEON: the set that shall use it defines this as 1. */
#ifndef VEC8_NEON
#define VEC8_NEON 0
#endif
#if VEC8_NEON
#include "core/nn/kernels/vec8_neon.h"
#endif

/* How many vectors the machine has registers for: AVX-512 has more of them, at
 * this width, too. */
#if !defined(VEC8_REGISTERS) && defined(__AVX512VL__)
#define VEC8_REGISTERS 32
#elif !defined(VEC8_REGISTERS)
#define VEC8_REGISTERS 16
#endif

/* Without AVX, gcc warns that passing vectors is another ABI with it. All that
 * takes or returns them is inlined. */
#pragma GCC diagnostic ignored "-Wpsabi"

enum { VEC8_LANES = 8 };

typedef float vec8 __attribute__((vector_size(32)));
typedef int32_t vec8i __attribute__((vector_size(32)));
typedef float vec8_anywhere __attribute__((vector_size(32), aligned(4), may_alias));
typedef int32_t vec8i_anywhere __attribute__((vector_size(32), aligned(4), may_alias));

#define VEC8_INLINE static inline __attribute__((always_inline))

/* Before a loop whose count is known once all is inlined: spell out every turn, so
 * that arrays of vectors become registers. Clang leaves a loop alone, until it is
 * too late for that, where GCC's pragma gives more turns than there are. */
#ifdef __clang__
#define VEC8_UNROLL _Pragma("unroll")
#else
#define VEC8_UNROLL _Pragma("GCC unroll 30")
#endif

/* The name of a table of functions in the set that is being compiled. */
#define VEC8_PASTE(name, set) name##_##set
#define VEC8_EXPAND(name, set) VEC8_PASTE(name, set)
#define VEC8_TABLE(name) VEC8_EXPAND(name, KERNEL_SET)

/* ---- memory; no alignment is needed ---- */

VEC8_INLINE vec8 vec8_load(const float *p)
{
    return *(const vec8_anywhere *)p;
}

VEC8_INLINE void vec8_store(float *p, vec8 v)
{
    *(vec8_anywhere *)p = v;
}

VEC8_INLINE vec8i vec8i_load(const int32_t *p)
{
    return *(const vec8i_anywhere *)p;
}

VEC8_INLINE void vec8i_store(int32_t *p, vec8i v)
{
    *(vec8i_anywhere *)p = v;
}

/* The same pointer in a register of its own: keeps the compiler from spelling
 * each address of an unrolled loop as a sum of its own. */
VEC8_INLINE const float *vec8_pin(const float *p)
{
    __asm__("" : "+r"(p));
    return p;
}

/* ---- lanes ---- */

VEC8_INLINE vec8 vec8_all(float x)
{
    return (vec8){x, x, x, x, x, x, x, x};
}

VEC8_INLINE vec8i vec8i_all(int32_t x)
{
    return (vec8i){x, x, x, x, x, x, x, x};
}

/* 0, 1, ... 7 */
VEC8_INLINE vec8i vec8i_numbers(void)
{
    return (vec8i){0, 1, 2, 3, 4, 5, 6, 7};
}

/* Lane i is all ones where bit i is set, else 0. */
VEC8_INLINE vec8i vec8i_from_bits(unsigned bits)
{
    const vec8i bit = {1, 2, 4, 8, 16, 32, 64, 128};
    return (vec8i_all((int32_t)bits) & bit) == bit;
}

/* Lane by lane mask ? a : b; a lane of the mask is all ones or 0. */
VEC8_INLINE vec8i vec8i_select(vec8i mask, vec8i a, vec8i b)
{
#if VEC8_AVX2
    return (vec8i)_mm256_blendv_ps((__m256)b, (__m256)a, (__m256)mask);
#elif VEC8_NEON
    return neon_select(mask, a, b);
#else
    return (a & mask) | (b & ~mask);
#endif
}

/* Lane by lane a > b ? a : b; so b where either is not a number. */
VEC8_INLINE vec8 vec8_max(vec8 a, vec8 b)
{
#if VEC8_AVX2
    return (vec8)_mm256_max_ps((__m256)a, (__m256)b);
#elif VEC8_NEON
    return neon_max(a, b);
#else
    return (vec8)vec8i_select(a > b, (vec8i)a, (vec8i)b);
#endif
}

/* All ones in the lanes where a or b is not a number. */
VEC8_INLINE vec8i vec8_unordered(vec8 a, vec8 b)
{
#if VEC8_AVX2
    return (vec8i)_mm256_cmp_ps((__m256)a, (__m256)b, _CMP_UNORD_Q);
#else
    return (a != a) | (b != b);
#endif
}

/* Bit i is the sign of lane i. */
VEC8_INLINE unsigned vec8i_signs(vec8i v)
{
#if VEC8_AVX2
    return (unsigned)_mm256_movemask_ps((__m256)v);
#elif VEC8_NEON
    return neon_signs(v);
#else
    unsigned bits = 0;
    for (int i = 0; i < VEC8_LANES; i++) {
        bits |= (unsigned)(v[i] < 0) << i;
    }
    return bits;
#endif
}

/* a * b + c; rounded once where the machine can, else twice. */
VEC8_INLINE vec8 vec8_fma(vec8 a, vec8 b, vec8 c)
{
#if VEC8_AVX2
    return (vec8)_mm256_fmadd_ps((__m256)a, (__m256)b, (__m256)c);
#elif VEC8_NEON
    return neon_fma(a, b, c);
#else
    return a * b + c;
#endif
}

/* The sum of all lanes, in a fixed order. */
VEC8_INLINE float vec8_sum(vec8 v)
{
    return ((v[0] + v[4]) + (v[2] + v[6])) + ((v[1] + v[5]) + (v[3] + v[7]));
}

/* ---- moving lanes about ---- */

/* Lane i of the result is lane index[i] of v; index[i] is 0..7. */
VEC8_INLINE vec8i vec8i_permute(vec8i v, vec8i index)
{
#if VEC8_AVX2
    return (vec8i)_mm256_permutevar8x32_epi32((__m256i)v, (__m256i)index);
#elif VEC8_NEON
    return neon_permute(v, index);
#else
    vec8i moved;
    for (int i = 0; i < VEC8_LANES; i++) {
        moved[i] = v[index[i]];
    }
    return moved;
#endif
}

VEC8_INLINE vec8 vec8_permute(vec8 v, vec8i index)
{
    return (vec8)vec8i_permute((vec8i)v, index);
}

/* The eight lanes from lane 1, or 2, of the sixteen of a and b. */
VEC8_INLINE vec8 vec8_slide1(vec8 a, vec8 b)
{
#if VEC8_NEON
    return neon_slide1(a, b);
#else
    return __builtin_shufflevector(a, b, 1, 2, 3, 4, 5, 6, 7, 8);
#endif
}

VEC8_INLINE vec8 vec8_slide2(vec8 a, vec8 b)
{
#if VEC8_NEON
    return neon_slide2(a, b);
#else
    return __builtin_shufflevector(a, b, 2, 3, 4, 5, 6, 7, 8, 9);
#endif
}

/* Rows become columns, in place. */
VEC8_INLINE void vec8_transpose(vec8 r[8])
{
#if VEC8_NEON
    neon_transpose(r);
#else
    vec8 a[8];
    vec8 b[8];
#pragma GCC unroll 4
    for (int i = 0; i < 8; i += 2) {
        a[i] = __builtin_shufflevector(r[i], r[i + 1], 0, 8, 1, 9, 4, 12, 5, 13);
        a[i + 1] = __builtin_shufflevector(r[i], r[i + 1], 2, 10, 3, 11, 6, 14, 7, 15);
    }
#pragma GCC unroll 2
    for (int i = 0; i < 8; i += 4) {
        b[i] = __builtin_shufflevector(a[i], a[i + 2], 0, 1, 8, 9, 4, 5, 12, 13);
        b[i + 1] = __builtin_shufflevector(a[i], a[i + 2], 2, 3, 10, 11, 6, 7, 14, 15);
        b[i + 2] = __builtin_shufflevector(a[i + 1], a[i + 3], 0, 1, 8, 9, 4, 5, 12, 13);
        b[i + 3] = __builtin_shufflevector(a[i + 1], a[i + 3], 2, 3, 10, 11, 6, 7, 14, 15);
    }
#pragma GCC unroll 4
    for (int i = 0; i < 4; i++) {
        r[i] = __builtin_shufflevector(b[i], b[i + 4], 0, 1, 2, 3, 8, 9, 10, 11);
        r[i + 4] = __builtin_shufflevector(b[i], b[i + 4], 4, 5, 6, 7, 12, 13, 14, 15);
    }
#endif
}

/* Lane i of ret[j] is p[4 * i + j]; reads 32 floats. */
VEC8_INLINE void vec8_load_phases(vec8 ret[4], const float *p)
{
#if VEC8_NEON
    neon_load_phases(ret, p);
#else
    vec8 a[4];
    vec8 b[4];
#pragma GCC unroll 4
    for (int i = 0; i < 4; i++) {
#if VEC8_AVX2
        a[i] = (vec8)_mm256_insertf128_ps(_mm256_castps128_ps256(_mm_loadu_ps(p + 4 * i)),
                                          _mm_loadu_ps(p + 4 * i + 16), 1);
#else
        memcpy(&a[i], p + 4 * i, 16);
        memcpy((char *)&a[i] + 16, p + 4 * i + 16, 16);
#endif
    }
#pragma GCC unroll 2
    for (int i = 0; i < 4; i += 2) {
        b[i] = __builtin_shufflevector(a[i], a[i + 1], 0, 8, 1, 9, 4, 12, 5, 13);
        b[i + 1] = __builtin_shufflevector(a[i], a[i + 1], 2, 10, 3, 11, 6, 14, 7, 15);
    }
    ret[0] = __builtin_shufflevector(b[0], b[2], 0, 1, 8, 9, 4, 5, 12, 13);
    ret[1] = __builtin_shufflevector(b[0], b[2], 2, 3, 10, 11, 6, 7, 14, 15);
    ret[2] = __builtin_shufflevector(b[1], b[3], 0, 1, 8, 9, 4, 5, 12, 13);
    ret[3] = __builtin_shufflevector(b[1], b[3], 2, 3, 10, 11, 6, 7, 14, 15);
#endif
}

#endif
