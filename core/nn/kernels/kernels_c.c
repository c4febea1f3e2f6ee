#include "core/nn/kernels/kernels.h"

enum { LANES = 8 }; // partial sums that a compiler may keep in one vector

void kernel_relu(real *restrict y, const real *restrict x, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        y[i] = x[i] < 0 ? 0 : x[i];
    }
}

void kernel_relu_backward(real *restrict dx, const real *restrict y, const real *restrict dy,
                          size_t count)
{
    for (size_t i = 0; i < count; i++) {
        dx[i] = y[i] <= 0 ? 0 : dy[i];
    }
}

void kernel_add(real *restrict y, const real *restrict x, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        y[i] += x[i];
    }
}

void kernel_fill(real *y, real value, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        y[i] = value;
    }
}

double kernel_sum(const real *x, size_t count)
{
    double lane[LANES] = {0};
    size_t whole = count / LANES * LANES;
    for (size_t i = 0; i < whole; i += LANES) {
        for (int k = 0; k < LANES; k++) {
            lane[k] += (double)x[i + (size_t)k];
        }
    }
    for (size_t i = whole; i < count; i++) {
        lane[i - whole] += (double)x[i];
    }
    return ((lane[0] + lane[1]) + (lane[2] + lane[3]))
         + ((lane[4] + lane[5]) + (lane[6] + lane[7]));
}

real kernel_finite(const real *x, size_t count)
{
    // Infinity times zero is NaN, and NaN sticks to a sum.
    real lane[LANES] = {0};
    size_t whole = count / LANES * LANES;
    for (size_t i = 0; i < whole; i += LANES) {
        for (int k = 0; k < LANES; k++) {
            lane[k] += x[i + (size_t)k] * 0;
        }
    }
    for (size_t i = whole; i < count; i++) {
        lane[0] += x[i] * 0;
    }
    real sum = 0;
    for (int k = 0; k < LANES; k++) {
        sum += lane[k];
    }
    return sum;
}

void kernel_pixels(real *restrict x, const uint8_t *restrict rgb, size_t pixels)
{
    real *restrict red = x;
    real *restrict green = x + pixels;
    real *restrict blue = x + 2 * pixels;
    for (size_t i = 0; i < pixels; i++) {
        red[i] = (real)rgb[3 * i] / 255;
        green[i] = (real)rgb[3 * i + 1] / 255;
        blue[i] = (real)rgb[3 * i + 2] / 255;
    }
}
