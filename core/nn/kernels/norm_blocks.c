#include "core/nn/kernels/kernel_tables.h"
#include "core/nn/kernels/vec8_double.h"

/* One block of eight channels, [pixels][8]: lanes are channels. Sums are in
 * double, of even and of odd pixels apart. */

enum { BLOCK = VEC8_LANES, CHAINS = 2 };

// sums[2 * channel + which] += the sum of both chains.
VEC8_INLINE void add_up(double *sums, int which, const struct vec8_doubles chains[CHAINS])
{
    vec4d low = chains[0].low + chains[1].low;
    vec4d high = chains[0].high + chains[1].high;
    for (int i = 0; i < 4; i++) {
        sums[2 * i + which] += low[i];
        sums[2 * (i + 4) + which] += high[i];
    }
}

static void add_moments(double *sums, const float *x, size_t pixels)
{
    struct vec8_doubles plain[CHAINS] = {{{0}, {0}}};
    struct vec8_doubles square[CHAINS] = {{{0}, {0}}};
    size_t i = 0;
    for (; i + CHAINS <= pixels; i += CHAINS) {
#pragma GCC unroll 2
        for (size_t k = 0; k < CHAINS; k++) {
            vec8 v = vec8_load(x + (i + k) * BLOCK);
            vec8_add_product(&plain[k], &square[k], v, v);
        }
    }
    if (i < pixels) {
        vec8 v = vec8_load(x + i * BLOCK);
        vec8_add_product(&plain[0], &square[0], v, v);
    }
    add_up(sums, 0, plain);
    add_up(sums, 1, square);
}

struct constants {
    vec8 mean;
    vec8 scale;
    vec8 shift;
};

VEC8_INLINE vec8 normalise(vec8 x, const struct constants *c)
{
    return (x - c->mean) * c->scale + c->shift;
}

VEC8_INLINE struct constants load_constants(const struct norm_block *n)
{
    return (struct constants){vec8_load(n->mean), vec8_load(n->scale), vec8_load(n->shift)};
}

static void forward(float *y, const float *x, const struct norm_block *n, bool relu,
                    size_t pixels)
{
    struct constants c = load_constants(n);
    for (size_t i = 0; i < pixels * BLOCK; i += BLOCK) {
        vec8 v = normalise(vec8_load(x + i), &c);
        vec8_store(y + i, relu ? (vec8)((vec8i)v & ~(v < (vec8){0})) : v);
    }
}

// The gradient of the norm's result: where a relu follows, of what it lets
// through, which the forward pass's arithmetic says again.
VEC8_INLINE vec8 gradient(const float *dy, vec8 x, const struct constants *c, bool relu)
{
    vec8 g = vec8_load(dy);
    return relu ? (vec8)((vec8i)g & ~(normalise(x, c) <= (vec8){0})) : g;
}

VEC8_INLINE void add_products_of(const bool relu, double *sums, const float *dy, const float *x,
                                 const struct norm_block *n, size_t pixels)
{
    struct constants c = load_constants(n);
    struct vec8_doubles plain[CHAINS] = {{{0}, {0}}};
    struct vec8_doubles product[CHAINS] = {{{0}, {0}}};
    size_t i = 0;
    for (; i + CHAINS <= pixels; i += CHAINS) {
#pragma GCC unroll 2
        for (size_t k = 0; k < CHAINS; k++) {
            vec8 v = vec8_load(x + (i + k) * BLOCK);
            vec8 g = gradient(dy + (i + k) * BLOCK, v, &c, relu);
            vec8_add_product(&plain[k], &product[k], g, v - c.mean);
        }
    }
    if (i < pixels) {
        vec8 v = vec8_load(x + i * BLOCK);
        vec8 g = gradient(dy + i * BLOCK, v, &c, relu);
        vec8_add_product(&plain[0], &product[0], g, v - c.mean);
    }
    add_up(sums, 0, plain);
    add_up(sums, 1, product);
}

static void add_products(double *sums, const float *dy, const float *x,
                         const struct norm_block *n, bool relu, size_t pixels)
{
    if (relu) {
        add_products_of(true, sums, dy, x, n, pixels);
    } else {
        add_products_of(false, sums, dy, x, n, pixels);
    }
}

static void backward(float *dx, const float *dy, const float *x, const struct norm_block *n,
                     bool relu, size_t pixels)
{
    struct constants c = load_constants(n);
    vec8 offset = vec8_load(n->offset);
    vec8 slope = vec8_load(n->slope);
    for (size_t i = 0; i < pixels * BLOCK; i += BLOCK) {
        vec8 v = vec8_load(x + i);
        vec8 g = gradient(dy + i, v, &c, relu);
        vec8_store(dx + i, c.scale * (g - offset - (v - c.mean) * slope));
    }
}

const struct norm_kernels VEC8_TABLE(norm) = {add_moments, forward, add_products, backward};
