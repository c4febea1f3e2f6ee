#include "core/nn/kernels_norm.h"

enum { LANES = 8 }; // partial sums that a compiler may keep in vectors

static double total(const double lane[LANES])
{
    return ((lane[0] + lane[1]) + (lane[2] + lane[3]))
         + ((lane[4] + lane[5]) + (lane[6] + lane[7]));
}

void kernel_add_moments(double sums[2], const real *x, size_t count)
{
    double plain[LANES] = {0};
    double square[LANES] = {0};
    size_t whole = count / LANES * LANES;
    for (size_t i = 0; i < whole; i += LANES) {
        for (size_t k = 0; k < LANES; k++) {
            double v = (double)x[i + k];
            plain[k] += v;
            square[k] += v * v;
        }
    }
    for (size_t i = whole; i < count; i++) {
        double v = (double)x[i];
        plain[i - whole] += v;
        square[i - whole] += v * v;
    }
    sums[0] += total(plain);
    sums[1] += total(square);
}

void kernel_add_products(double sums[2], const real *dy, const real *x, real mean, size_t count)
{
    double plain[LANES] = {0};
    double product[LANES] = {0};
    size_t whole = count / LANES * LANES;
    for (size_t i = 0; i < whole; i += LANES) {
        for (size_t k = 0; k < LANES; k++) {
            double d = (double)dy[i + k];
            plain[k] += d;
            product[k] += d * (double)(x[i + k] - mean);
        }
    }
    for (size_t i = whole; i < count; i++) {
        double d = (double)dy[i];
        plain[i - whole] += d;
        product[i - whole] += d * (double)(x[i] - mean);
    }
    sums[0] += total(plain);
    sums[1] += total(product);
}

void kernel_normalise(real *restrict y, const real *restrict x, real mean, real scale, real shift,
                      size_t count)
{
    for (size_t i = 0; i < count; i++) {
        y[i] = (x[i] - mean) * scale + shift;
    }
}

void kernel_normalise_backward(real *restrict dx, const real *restrict dy, const real *restrict x,
                               real mean, real scale, real shift, real slope, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        dx[i] = scale * (dy[i] - shift - (x[i] - mean) * slope);
    }
}
