#ifndef NN_VEC8_NEON_H
#define NN_VEC8_NEON_H

/* What vec8.h needs of 64-bit ARM: eight lanes are two registers of four. Only
 * vec8.h includes it, where VEC8_NEON says that NEON is wanted. */

#include <stdint.h>

#ifdef __aarch64__
#include <arm_neon.h>

typedef float neon_vec8 __attribute__((vector_size(32)));
typedef int32_t neon_vec8i __attribute__((vector_size(32)));

#define NEON_INLINE static inline __attribute__((always_inline))

/* Lanes 0..3 and 4..7. */
union neon_pair {
    neon_vec8 floats;
    neon_vec8i ints;
    float32x4_t f[2];
    uint32x4_t u[2];
    uint8x16_t bytes[2];
};

NEON_INLINE neon_vec8 neon_fma(neon_vec8 a, neon_vec8 b, neon_vec8 c)
{
    union neon_pair x = {.floats = a}, y = {.floats = b}, z = {.floats = c};
    z.f[0] = vfmaq_f32(z.f[0], x.f[0], y.f[0]);
    z.f[1] = vfmaq_f32(z.f[1], x.f[1], y.f[1]);
    return z.floats;
}

NEON_INLINE neon_vec8i neon_select(neon_vec8i mask, neon_vec8i a, neon_vec8i b)
{
    union neon_pair m = {.ints = mask}, x = {.ints = a}, y = {.ints = b};
    x.u[0] = vbslq_u32(m.u[0], x.u[0], y.u[0]);
    x.u[1] = vbslq_u32(m.u[1], x.u[1], y.u[1]);
    return x.ints;
}

/* Not vmaxq: that gives NaN where a or b is not a number, vec8_max gives b. */
NEON_INLINE neon_vec8 neon_max(neon_vec8 a, neon_vec8 b)
{
    union neon_pair x = {.floats = a}, y = {.floats = b};
    x.f[0] = vbslq_f32(vcgtq_f32(x.f[0], y.f[0]), x.f[0], y.f[0]);
    x.f[1] = vbslq_f32(vcgtq_f32(x.f[1], y.f[1]), x.f[1], y.f[1]);
    return x.floats;
}

NEON_INLINE unsigned neon_signs(neon_vec8i v)
{
    static const int32_t places[8] = {0, 1, 2, 3, 4, 5, 6, 7};
    union neon_pair x = {.ints = v};
    uint32x4_t low = vshlq_u32(vshrq_n_u32(x.u[0], 31), vld1q_s32(places));
    uint32x4_t high = vshlq_u32(vshrq_n_u32(x.u[1], 31), vld1q_s32(places + 4));
    return vaddvq_u32(vaddq_u32(low, high));
}

/* A byte for each byte of the result: of lane index, the first to the fourth. */
NEON_INLINE uint8x16_t neon_bytes_of(uint32x4_t index)
{
    uint32x4_t first = vmulq_n_u32(index, 0x04040404);
    return vreinterpretq_u8_u32(vaddq_u32(first, vdupq_n_u32(0x03020100)));
}

NEON_INLINE neon_vec8i neon_permute(neon_vec8i v, neon_vec8i index)
{
    union neon_pair x = {.ints = v}, at = {.ints = index};
    uint8x16x2_t table = {{x.bytes[0], x.bytes[1]}};
    x.bytes[0] = vqtbl2q_u8(table, neon_bytes_of(at.u[0]));
    x.bytes[1] = vqtbl2q_u8(table, neon_bytes_of(at.u[1]));
    return x.ints;
}

/* The eight lanes from lane `shift`, 1 to 3, of the sixteen of a and b. */
#define NEON_SLIDE(name, shift)                             \
    NEON_INLINE neon_vec8 name(neon_vec8 a, neon_vec8 b)    \
    {                                                       \
        union neon_pair x = {.floats = a}, y = {.floats = b}; \
        x.f[0] = vextq_f32(x.f[0], x.f[1], shift);          \
        x.f[1] = vextq_f32(x.f[1], y.f[0], shift);          \
        return x.floats;                                    \
    }
NEON_SLIDE(neon_slide1, 1)
NEON_SLIDE(neon_slide2, 2)

/* Rows become columns. */
NEON_INLINE void neon_transpose4(float32x4_t r[4])
{
    float32x4_t a = vtrn1q_f32(r[0], r[1]);
    float32x4_t b = vtrn2q_f32(r[0], r[1]);
    float32x4_t c = vtrn1q_f32(r[2], r[3]);
    float32x4_t d = vtrn2q_f32(r[2], r[3]);
    r[0] = vreinterpretq_f32_f64(
        vtrn1q_f64(vreinterpretq_f64_f32(a), vreinterpretq_f64_f32(c)));
    r[1] = vreinterpretq_f32_f64(
        vtrn1q_f64(vreinterpretq_f64_f32(b), vreinterpretq_f64_f32(d)));
    r[2] = vreinterpretq_f32_f64(
        vtrn2q_f64(vreinterpretq_f64_f32(a), vreinterpretq_f64_f32(c)));
    r[3] = vreinterpretq_f32_f64(
        vtrn2q_f64(vreinterpretq_f64_f32(b), vreinterpretq_f64_f32(d)));
}

/* Four quarters, each turned, two of them swapped. */
NEON_INLINE void neon_transpose(neon_vec8 rows[8])
{
    float32x4_t quarters[2][2][4]; // [half of the rows][half of the lanes]
#pragma GCC unroll 8
    for (int i = 0; i < 8; i++) {
        union neon_pair row = {.floats = rows[i]};
        quarters[i / 4][0][i % 4] = row.f[0];
        quarters[i / 4][1][i % 4] = row.f[1];
    }
#pragma GCC unroll 4
    for (int q = 0; q < 4; q++) {
        neon_transpose4(quarters[q / 2][q % 2]);
    }
#pragma GCC unroll 8
    for (int i = 0; i < 8; i++) {
        union neon_pair row;
        row.f[0] = quarters[0][i / 4][i % 4];
        row.f[1] = quarters[1][i / 4][i % 4];
        rows[i] = row.floats;
    }
}

NEON_INLINE void neon_load_phases(neon_vec8 ret[4], const float *p)
{
    float32x4x4_t low = vld4q_f32(p);
    float32x4x4_t high = vld4q_f32(p + 16);
#pragma GCC unroll 4
    for (int i = 0; i < 4; i++) {
        union neon_pair phase;
        phase.f[0] = low.val[i];
        phase.f[1] = high.val[i];
        ret[i] = phase.floats;
    }
}
#endif /* __aarch64__ */

#endif
