#include "core/nn/kernels/kernel_tables.h"
#include "core/nn/kernels/vec8_double.h"

/* Normalisation of numbers in a row. The last few of a row are worked on in a
 * full vector, filled up with what adds nothing. */

enum { CHAINS = 2 }; // vectors that are added up apart

struct chains {
    struct vec8_doubles plain[CHAINS];
    struct vec8_doubles product[CHAINS];
};

static double total(const struct vec8_doubles chains[CHAINS])
{
    vec4d sum = (chains[0].low + chains[1].low) + (chains[0].high + chains[1].high);
    return (sum[0] + sum[2]) + (sum[1] + sum[3]);
}

// The first `count` numbers of x, and zeros behind them.
VEC8_INLINE vec8 load_some(const float *x, size_t count)
{
    vec8 v = {0};
    memcpy(&v, x, count * sizeof *x);
    return v;
}

static double sum(const float *x, size_t count)
{
    struct vec8_doubles chains[CHAINS] = {{{0}, {0}}};
    size_t step = (size_t)CHAINS * VEC8_LANES;
    size_t i = 0;
    for (; i + step <= count; i += step) {
        VEC8_UNROLL
        for (size_t k = 0; k < CHAINS; k++) {
            struct vec8_doubles v = vec8_widen(vec8_load(x + i + k * VEC8_LANES));
            chains[k].low += v.low;
            chains[k].high += v.high;
        }
    }
    for (; i < count; i += VEC8_LANES) {
        size_t left = count - i < VEC8_LANES ? count - i : VEC8_LANES;
        struct vec8_doubles v = vec8_widen(load_some(x + i, left));
        chains[0].low += v.low;
        chains[0].high += v.high;
    }
    return total(chains);
}

static void add_moments(double sums[2], const float *x, size_t count)
{
    struct chains c = {.plain = {{{0}, {0}}}};
    size_t step = (size_t)CHAINS * VEC8_LANES;
    size_t i = 0;
    for (; i + step <= count; i += step) {
        VEC8_UNROLL
        for (size_t k = 0; k < CHAINS; k++) {
            vec8 v = vec8_load(x + i + k * VEC8_LANES);
            vec8_add_product(&c.plain[k], &c.product[k], v, v);
        }
    }
    for (; i < count; i += VEC8_LANES) {
        vec8 v = load_some(x + i, count - i < VEC8_LANES ? count - i : VEC8_LANES);
        vec8_add_product(&c.plain[0], &c.product[0], v, v);
    }
    sums[0] += total(c.plain);
    sums[1] += total(c.product);
}

static void add_products(double sums[2], const float *dy, const float *x, float mean,
                         size_t count)
{
    struct chains c = {.plain = {{{0}, {0}}}};
    size_t step = (size_t)CHAINS * VEC8_LANES;
    size_t i = 0;
    for (; i + step <= count; i += step) {
        VEC8_UNROLL
        for (size_t k = 0; k < CHAINS; k++) {
            size_t at = i + k * VEC8_LANES;
            vec8_add_product(&c.plain[k], &c.product[k], vec8_load(dy + at),
                             vec8_load(x + at) - vec8_all(mean));
        }
    }
    for (; i < count; i += VEC8_LANES) {
        size_t left = count - i < VEC8_LANES ? count - i : VEC8_LANES;
        vec8_add_product(&c.plain[0], &c.product[0], load_some(dy + i, left),
                         load_some(x + i, left) - vec8_all(mean));
    }
    sums[0] += total(c.plain);
    sums[1] += total(c.product);
}

static void normalise(float *y, const float *x, float mean, float scale, float shift,
                      size_t count)
{
    size_t i = 0;
    for (; i + VEC8_LANES <= count; i += VEC8_LANES) {
        vec8_store(y + i, (vec8_load(x + i) - vec8_all(mean)) * vec8_all(scale)
                          + vec8_all(shift));
    }
    for (; i < count; i++) {
        y[i] = (x[i] - mean) * scale + shift;
    }
}

static void backward(float *dx, const float *dy, const float *x, float mean, float scale,
                     float shift, float slope, size_t count)
{
    size_t i = 0;
    for (; i + VEC8_LANES <= count; i += VEC8_LANES) {
        vec8 away = vec8_load(x + i) - vec8_all(mean);
        vec8_store(dx + i, vec8_all(scale) * (vec8_load(dy + i) - vec8_all(shift)
                                              - away * vec8_all(slope)));
    }
    for (; i < count; i++) {
        dx[i] = scale * (dy[i] - shift - (x[i] - mean) * slope);
    }
}

// ---- each number with a weight and a bias ----

static void normalise_each(float *y, const float *x, const struct norm_each *n, size_t count)
{
    vec8 mean = vec8_all(n->mean);
    vec8 scale = vec8_all(n->scale);
    size_t i = 0;
    for (; i + VEC8_LANES <= count; i += VEC8_LANES) {
        vec8_store(y + i, (vec8_load(x + i) - mean) * scale * vec8_load(n->weight + i)
                          + vec8_load(n->bias + i));
    }
    for (; i < count; i++) {
        y[i] = (x[i] - n->mean) * n->scale * n->weight[i] + n->bias[i];
    }
}

static void add_products_each(double sums[2], float *weight_gradient, float *bias_gradient,
                              const float *dy, const float *x, const struct norm_each *n,
                              size_t count)
{
    struct chains c = {.plain = {{{0}, {0}}}};
    vec8 mean = vec8_all(n->mean);
    vec8 scale = vec8_all(n->scale);
    size_t i = 0;
    for (; i + VEC8_LANES <= count; i += VEC8_LANES) {
        vec8 away = vec8_load(x + i) - mean;
        vec8 d = vec8_load(dy + i);
        vec8_store(weight_gradient + i, vec8_load(weight_gradient + i) + d * (away * scale));
        vec8_store(bias_gradient + i, vec8_load(bias_gradient + i) + d);
        vec8_add_product(&c.plain[0], &c.product[0], d * vec8_load(n->weight + i), away);
    }
    for (size_t k = i; k < count; k++) {
        weight_gradient[k] += dy[k] * ((x[k] - n->mean) * n->scale);
        bias_gradient[k] += dy[k];
    }
    if (i < count) {
        size_t left = count - i;
        vec8_add_product(&c.plain[1], &c.product[1],
                         load_some(dy + i, left) * load_some(n->weight + i, left),
                         load_some(x + i, left) - mean);
    }
    sums[0] += total(c.plain);
    sums[1] += total(c.product);
}

static void backward_each(float *dx, const float *dy, const float *x, const struct norm_each *n,
                          float shift, float slope, size_t count)
{
    vec8 mean = vec8_all(n->mean);
    vec8 scale = vec8_all(n->scale);
    size_t i = 0;
    for (; i + VEC8_LANES <= count; i += VEC8_LANES) {
        vec8 g = vec8_load(dy + i) * vec8_load(n->weight + i);
        vec8 away = vec8_load(x + i) - mean;
        vec8_store(dx + i, scale * (g - vec8_all(shift) - away * vec8_all(slope)));
    }
    for (; i < count; i++) {
        dx[i] = n->scale * (dy[i] * n->weight[i] - shift - (x[i] - n->mean) * slope);
    }
}

const struct norm_row_kernels VEC8_TABLE(norm_rows) = {
    .sum = sum,
    .add_moments = add_moments,
    .add_products = add_products,
    .normalise = normalise,
    .backward = backward,
    .normalise_each = normalise_each,
    .add_products_each = add_products_each,
    .backward_each = backward_each,
};
