#ifndef NN_VEC8_MATH_H
#define NN_VEC8_MATH_H

#include "core/nn/kernels/vec8.h"

/* Functions of eight numbers at a time. NaN gives NaN. Errors are relative and
 * measured over all of the range (a test holds them to it); they are the same
 * for every lane, and differ between instruction sets by a rounding. */

VEC8_INLINE vec8 vec8_or_nan(vec8 y, vec8 x)
{
    return (vec8)((vec8i)y | vec8_unordered(x, x));
}

VEC8_INLINE vec8 vec8_absolute(vec8 x)
{
    return (vec8)((vec8i)x & vec8i_all(INT32_MAX));
}

/* y with the sign of x */
VEC8_INLINE vec8 vec8_with_sign(vec8 y, vec8 x)
{
    return (vec8)(((vec8i)y & vec8i_all(INT32_MAX)) | ((vec8i)x & vec8i_all(INT32_MIN)));
}

/* x = n ln 2 + r with |r| <= ln 2 / 2, ln 2 in two parts (Cody and Waite), and
 * exp(r) - 1 = r + r^2 p(r), p being that of expf in Moshier's Cephes library.
 * x is in -104 .. 89. */
struct vec8_exponent {
    vec8 part; /* exp(r) - 1 */
    vec8i n;
};

/* 2^n for n in -126 .. 127 */
VEC8_INLINE vec8 vec8_power_of_2(vec8i n)
{
    return (vec8)((n + 127) << 23);
}

VEC8_INLINE struct vec8_exponent vec8_split_exponent(vec8 x)
{
    const vec8 magic = vec8_all(12582912); // 1.5 * 2^23: adding it rounds to a whole number
    vec8 whole = vec8_fma(x, vec8_all(1.44269504f), magic);
    vec8i n = (vec8i)whole - (vec8i)magic;
    whole -= magic;
    vec8 r = vec8_fma(whole, vec8_all(-0.693359375f), x);
    r = vec8_fma(whole, vec8_all(2.12194440e-4f), r);
    vec8 p = vec8_all(1.9875691500e-4f);
    p = vec8_fma(p, r, vec8_all(1.3981999507e-3f));
    p = vec8_fma(p, r, vec8_all(8.3334519073e-3f));
    p = vec8_fma(p, r, vec8_all(4.1665795894e-2f));
    p = vec8_fma(p, r, vec8_all(1.6666665459e-1f));
    p = vec8_fma(p, r, vec8_all(5.0000001201e-1f));
    return (struct vec8_exponent){.part = vec8_fma(p * r, r, r), .n = n};
}

VEC8_INLINE vec8 vec8_clamp(vec8 x, float low, float high)
{
    vec8 above = vec8_max(vec8_all(low), x);
    return -vec8_max(-vec8_all(high), -above);
}

/* e^x; 0 and infinity where that is too small or large. Relative error 2e-7. */
VEC8_INLINE vec8 vec8_exp(vec8 x)
{
    struct vec8_exponent e = vec8_split_exponent(vec8_clamp(x, -104, 89));
    // 2^n may be too large or small for one number.
    vec8i half = e.n >> 1;
    return vec8_or_nan((e.part + 1) * vec8_power_of_2(half) * vec8_power_of_2(e.n - half), x);
}

/* e^x - 1 for x up to 0. Relative error 3e-7. */
VEC8_INLINE vec8 vec8_exp_minus_1(vec8 x)
{
    // Below -18 it is -1 in float.
    struct vec8_exponent e = vec8_split_exponent(vec8_clamp(x, -20, 0));
    vec8 power = vec8_power_of_2(e.n);
    return vec8_or_nan(vec8_fma(power, e.part, power - 1), x);
}

/* tanh x = -m / (2 + m) with m = exp(-2 |x|) - 1, and the sign of x. Relative
 * error 5e-7. */
VEC8_INLINE vec8 vec8_tanh(vec8 x)
{
    vec8 m = vec8_exp_minus_1(-2 * vec8_absolute(x));
    return vec8_or_nan(vec8_with_sign(m / (m + 2), x), x);
}

/* 1 / (1 + e^-x). Relative error 4e-7 down to -88, from where on it stays at 6e-39. */
VEC8_INLINE vec8 vec8_sigmoid(vec8 x)
{
    struct vec8_exponent e = vec8_split_exponent(vec8_clamp(-x, -87, 88));
    vec8 power = vec8_power_of_2(e.n);
    return vec8_or_nan(1 / (1 + vec8_fma(power, e.part, power)), x);
}

/* log(1 + u) for u in 0 .. 1: 2 artanh s with s = u / (2 + u), and its series.
 * Relative error 3e-7. */
VEC8_INLINE vec8 vec8_log_1_plus(vec8 u)
{
    vec8 s = u / (u + 2);
    vec8 square = s * s;
    vec8 p = vec8_all(1.0f / 15);
#pragma GCC unroll 7
    for (int i = 13; i > 0; i -= 2) {
        p = vec8_fma(p, square, vec8_all((float)(1.0 / i)));
    }
    return 2 * s * p;
}

/* The error function, by formula 7.1.26 of Abramowitz and Stegun: its error is
 * at most 1.5e-7, absolute. `power` is e^(-x x). */
VEC8_INLINE vec8 vec8_erf(vec8 x, vec8 power)
{
    vec8 z = vec8_absolute(x);
    vec8 t = 1 / vec8_fma(vec8_all(0.3275911f), z, vec8_all(1));
    vec8 p = vec8_all(1.061405429f);
    p = vec8_fma(p, t, vec8_all(-1.453152027f));
    p = vec8_fma(p, t, vec8_all(1.421413741f));
    p = vec8_fma(p, t, vec8_all(-0.284496736f));
    p = vec8_fma(p, t, vec8_all(0.254829592f));
    vec8 y = 1 - p * t * power;
    return vec8_or_nan(vec8_with_sign(y, x), x);
}

#endif
