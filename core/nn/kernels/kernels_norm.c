#include "core/nn/kernels/kernels_norm.h"

#include "core/nn/kernels/kernel_set.h"
#include "core/nn/kernels/kernels.h"

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

void kernel_normalise_each(real *restrict y, const real *restrict x, const struct norm_each *norm,
                           size_t count)
{
    for (size_t i = 0; i < count; i++) {
        y[i] = (x[i] - norm->mean) * norm->scale * norm->weight[i] + norm->bias[i];
    }
}

void kernel_add_products_each(double sums[2], real *restrict weight_gradient,
                              real *restrict bias_gradient, const real *restrict dy,
                              const real *restrict x, const struct norm_each *norm, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        real away = x[i] - norm->mean;
        real g = dy[i] * norm->weight[i];
        weight_gradient[i] += dy[i] * (away * norm->scale);
        bias_gradient[i] += dy[i];
        sums[0] += (double)g;
        sums[1] += (double)g * (double)away;
    }
}

void kernel_normalise_backward_each(real *restrict dx, const real *restrict dy,
                                    const real *restrict x, const struct norm_each *norm,
                                    real shift, real slope, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        dx[i] = norm->scale
              * (dy[i] * norm->weight[i] - shift - (x[i] - norm->mean) * slope);
    }
}

const struct norm_row_kernels norm_rows_plain = {
    .sum = kernel_sum,
    .add_moments = kernel_add_moments,
    .add_products = kernel_add_products,
    .normalise = kernel_normalise,
    .backward = kernel_normalise_backward,
    .normalise_each = kernel_normalise_each,
    .add_products_each = kernel_add_products_each,
    .backward_each = kernel_normalise_backward_each,
};

const struct norm_row_kernels *norm_rows_current(void)
{
#ifdef NN_DOUBLE
    return &norm_rows_plain;
#else
    return kernel_set_current()->rows;
#endif
}
