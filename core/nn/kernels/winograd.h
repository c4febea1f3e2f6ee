#ifndef NN_WINOGRAD_H
#define NN_WINOGRAD_H

#include "core/nn/kernels/vec8.h"

#include <stddef.h>

/* One-dimensional convolution with fewer multiplications (Winograd, "Arithmetic
 * Complexity of Computations", 1980; Lavin and Gray, "Fast Algorithms for
 * Convolutional Neural Networks", 2015): four neighbouring outputs of a kernel
 * with 2 * pairs - 1 taps (3, 5 or 7) from 2 * pairs + 2 products in place of
 * 4 * taps. With the points x_i = 0, +p_0, -p_0, +p_1, -p_1, ..., infinity:
 *
 *   out[m] = sum_i x_i^m (in . B_i) (taps . G_i),   m = 0..3
 *
 * where B_i are the coefficients of prod_{j != i} (x - x_j) over the finite
 * points, and G_i the powers of x_i divided by prod_{j != i} (x_i - x_j); for
 * infinity, B is the product over all of them, G takes the last tap, and only
 * out[3] gets it.
 *
 * The points are chosen for small numbers: errors are about 3, 4 and 6 times
 * those of plain summation for 3, 5 and 7 taps. */

enum { WINOGRAD_OUT = 4, WINOGRAD_PAIRS_MAX = 4, WINOGRAD_POINTS_MAX = 10, WINOGRAD_TAPS_MAX = 7 };

VEC8_INLINE double winograd_pair(int pair)
{
    return pair == 0 ? 1 : pair == 1 ? 2 : pair == 2 ? 0.5 : 0.75;
}

/* The i-th finite point. */
VEC8_INLINE double winograd_point(int i)
{
    return i == 0 ? 0 : i % 2 ? winograd_pair((i - 1) / 2) : -winograd_pair((i - 1) / 2);
}

/* Coefficient of x^(2k) in prod (x^2 - p^2) over the pairs but `without`; with
 * constant arguments it is a constant. */
VEC8_INLINE double winograd_even_coefficient(int pairs, int without, int k)
{
    double c[WINOGRAD_PAIRS_MAX + 1] = {1};
    int degree = 0;
#pragma GCC unroll 4
    for (int i = 0; i < pairs; i++) {
        if (i == without) {
            continue;
        }
        double square = winograd_pair(i) * winograd_pair(i);
        degree++;
        c[degree] = c[degree - 1];
#pragma GCC unroll 4
        for (int j = degree - 1; j > 0; j--) {
            c[j] = c[j - 1] - square * c[j];
        }
        c[0] *= -square;
    }
    return c[k];
}

/* v[i] = in . B_i, lane by lane; 2 * pairs + 2 of both. */
VEC8_INLINE void winograd_input(const int pairs, vec8 v[], const vec8 in[])
{
    // 0: prod (x^2 - p^2), which is even; infinity: x times the same.
    vec8 zero = in[2 * pairs];
    vec8 infinity = in[2 * pairs + 1];
#pragma GCC unroll 4
    for (int k = 0; k < pairs; k++) {
        vec8 c = vec8_all((float)winograd_even_coefficient(pairs, -1, k));
        zero = vec8_fma(c, in[2 * k], zero);
        infinity = vec8_fma(c, in[2 * k + 1], infinity);
    }
    v[0] = zero;
    v[2 * pairs + 1] = infinity;
    // +-p: (x +- p) x prod over the other pairs.
#pragma GCC unroll 4
    for (int i = 0; i < pairs; i++) {
        vec8 odd = in[2 * pairs - 1];
        vec8 even = in[2 * pairs];
#pragma GCC unroll 4
        for (int k = 0; k < pairs - 1; k++) {
            vec8 c = vec8_all((float)winograd_even_coefficient(pairs, i, k));
            odd = vec8_fma(c, in[2 * k + 1], odd);
            even = vec8_fma(c, in[2 * k + 2], even);
        }
        vec8 p = vec8_all((float)winograd_pair(i));
        v[1 + 2 * i] = vec8_fma(p, odd, even);
        v[2 + 2 * i] = vec8_fma(-p, odd, even);
    }
}

/* Four outputs from the products, which lie `stride` floats apart. */
VEC8_INLINE void winograd_output(const int pairs, vec8 out[4], const float *m, size_t stride)
{
    vec8 sum0 = vec8_load(m);
    vec8 sum1 = {0};
    vec8 sum2 = {0};
    vec8 sum3 = vec8_load(m + (size_t)(2 * pairs + 1) * stride);
#pragma GCC unroll 4
    for (int i = 0; i < pairs; i++) {
        vec8 plus = vec8_load(m + (size_t)(1 + 2 * i) * stride);
        vec8 minus = vec8_load(m + (size_t)(2 + 2 * i) * stride);
        vec8 even = plus + minus;
        vec8 odd = plus - minus;
        sum0 += even;
        if (i == 0) { // its point is 1
            sum1 = odd;
            sum2 = even;
            sum3 += odd;
        } else {
            double p = winograd_pair(i);
            sum1 = vec8_fma(vec8_all((float)p), odd, sum1);
            sum2 = vec8_fma(vec8_all((float)(p * p)), even, sum2);
            sum3 = vec8_fma(vec8_all((float)(p * p * p)), odd, sum3);
        }
    }
    out[0] = sum0;
    out[1] = sum1;
    out[2] = sum2;
    out[3] = sum3;
}

/* The same backwards: v[i] = sum_m x_i^m g[m], the gradients of the products
 * from those of four outputs; 2 * pairs + 2 of them. */
VEC8_INLINE void winograd_output_back(const int pairs, vec8 v[], const vec8 g[4])
{
    v[0] = g[0];
    v[2 * pairs + 1] = g[3];
#pragma GCC unroll 4
    for (int i = 0; i < pairs; i++) {
        double p = winograd_pair(i);
        vec8 even = vec8_fma(vec8_all((float)(p * p)), g[2], g[0]);
        vec8 odd = vec8_fma(vec8_all((float)(p * p)), g[3], g[1]);
        v[1 + 2 * i] = vec8_fma(vec8_all((float)p), odd, even);
        v[2 + 2 * i] = vec8_fma(vec8_all((float)-p), odd, even);
    }
}

/* G: [points][taps]. */
VEC8_INLINE void winograd_weights(double g[WINOGRAD_POINTS_MAX][WINOGRAD_TAPS_MAX], int taps)
{
    int finite = taps + 2;
    for (int i = 0; i < finite; i++) {
        double x = winograd_point(i);
        double divisor = 1;
        for (int j = 0; j < finite; j++) {
            divisor *= j == i ? 1 : x - winograd_point(j);
        }
        double power = 1 / divisor;
        for (int k = 0; k < taps; k++) {
            g[i][k] = power;
            power *= x;
        }
    }
    for (int k = 0; k < taps; k++) {
        g[finite][k] = k == taps - 1;
    }
}

#endif
