#include "core/nn/kernels/kernel_tables.h"
#include "core/nn/kernels/vec8.h"

/* Linear layers of few images: too little work for a general matrix product,
 * which would copy the weights about first. A sum's order depends on nothing
 * but its length. */

enum { OUTPUTS = 4, IMAGES = 2, SPAN = 4 }; // worked on together; SPAN: vectors

static int whole(int in)
{
    return in / VEC8_LANES * VEC8_LANES;
}

VEC8_INLINE void dot(const int outputs, const int images, const struct linear_size *n, float *y,
                     const float *x, const float *w, const float *bias)
{
    vec8 sum[IMAGES][OUTPUTS] = {{{0}}};
    size_t in = (size_t)n->in;
    for (int k = 0; k < whole(n->in); k += VEC8_LANES) {
        vec8 a[IMAGES];
#pragma GCC unroll 2
        for (int i = 0; i < images; i++) {
            a[i] = vec8_load(x + (size_t)i * in + k);
        }
#pragma GCC unroll 4
        for (int o = 0; o < outputs; o++) {
            vec8 b = vec8_load(w + (size_t)o * in + k);
#pragma GCC unroll 2
            for (int i = 0; i < images; i++) {
                sum[i][o] = vec8_fma(a[i], b, sum[i][o]);
            }
        }
    }
#pragma GCC unroll 2
    for (int i = 0; i < images; i++) {
#pragma GCC unroll 4
        for (int o = 0; o < outputs; o++) {
            float total = vec8_sum(sum[i][o]);
            for (int k = whole(n->in); k < n->in; k++) {
                total += x[(size_t)i * in + (size_t)k] * w[(size_t)o * in + (size_t)k];
            }
            y[i * n->out + o] = bias ? total + bias[o] : total;
        }
    }
}

// All images with the same few rows of weights, which are then in the first cache.
VEC8_INLINE void dot_images(const int outputs, const struct linear_size *n, float *y,
                            const float *x, const float *w, const float *bias)
{
    int i = 0;
    for (; i + IMAGES <= n->images; i += IMAGES) {
        dot(outputs, IMAGES, n, y + i * n->out, x + (size_t)i * (size_t)n->in, w, bias);
    }
    for (; i < n->images; i++) {
        dot(outputs, 1, n, y + i * n->out, x + (size_t)i * (size_t)n->in, w, bias);
    }
}

static void forward(const struct linear_size *n, float *y, const float *x, const float *w,
                    const float *bias)
{
    int o = 0;
    for (; o + OUTPUTS <= n->out; o += OUTPUTS) {
        dot_images(OUTPUTS, n, y + o, x, w + (size_t)o * (size_t)n->in, bias ? bias + o : NULL);
    }
    for (; o < n->out; o++) {
        dot_images(1, n, y + o, x, w + (size_t)o * (size_t)n->in, bias ? bias + o : NULL);
    }
}

// dw[out][in] += the sum over images of dy[image][out] x[image][in].
static void weight_gradient(const struct linear_size *n, float *dw, const float *x,
                            const float *dy)
{
    size_t in = (size_t)n->in;
    for (int o = 0; o < n->out; o++, dw += in) {
        int k = 0;
        for (; k + SPAN * VEC8_LANES <= n->in; k += SPAN * VEC8_LANES) {
            vec8 sum[SPAN];
#pragma GCC unroll 4
            for (int v = 0; v < SPAN; v++) {
                sum[v] = vec8_load(dw + k + v * VEC8_LANES);
            }
            for (int i = 0; i < n->images; i++) {
                vec8 g = vec8_all(dy[i * n->out + o]);
#pragma GCC unroll 4
                for (int v = 0; v < SPAN; v++) {
                    vec8 a = vec8_load(x + (size_t)i * in + k + v * VEC8_LANES);
                    sum[v] = vec8_fma(g, a, sum[v]);
                }
            }
#pragma GCC unroll 4
            for (int v = 0; v < SPAN; v++) {
                vec8_store(dw + k + v * VEC8_LANES, sum[v]);
            }
        }
        for (; k < n->in; k++) {
            for (int i = 0; i < n->images; i++) {
                dw[k] += dy[i * n->out + o] * x[(size_t)i * in + (size_t)k];
            }
        }
    }
}

// dx[image][in] = the sum over outputs of dy[image][out] w[out][in], for SPAN
// vectors of columns from k.
VEC8_INLINE void spread(const int images, const struct linear_size *n, float *dx,
                        const float *dy, const float *w, int k)
{
    size_t in = (size_t)n->in;
    vec8 sum[IMAGES][SPAN] = {{{0}}};
    for (int o = 0; o < n->out; o++) {
        const float *row = vec8_pin(w + (size_t)o * in + k);
        vec8 g[IMAGES];
#pragma GCC unroll 2
        for (int i = 0; i < images; i++) {
            g[i] = vec8_all(dy[i * n->out + o]);
        }
#pragma GCC unroll 4
        for (int v = 0; v < SPAN; v++) {
            vec8 b = vec8_load(row + v * VEC8_LANES);
#pragma GCC unroll 2
            for (int i = 0; i < images; i++) {
                sum[i][v] = vec8_fma(g[i], b, sum[i][v]);
            }
        }
    }
#pragma GCC unroll 2
    for (int i = 0; i < images; i++) {
#pragma GCC unroll 4
        for (int v = 0; v < SPAN; v++) {
            vec8_store(dx + (size_t)i * in + k + v * VEC8_LANES, sum[i][v]);
        }
    }
}

static float spread_one(const struct linear_size *n, const float *dy, const float *w, int k)
{
    float sum = 0;
    for (int o = 0; o < n->out; o++) {
        sum += dy[o] * w[(size_t)o * (size_t)n->in + (size_t)k];
    }
    return sum;
}

// All images with the same few columns of weights.
static void data_gradient(const struct linear_size *n, float *dx, const float *dy,
                          const float *w)
{
    size_t in = (size_t)n->in;
    int k = 0;
    for (; k + SPAN * VEC8_LANES <= n->in; k += SPAN * VEC8_LANES) {
        int i = 0;
        for (; i + IMAGES <= n->images; i += IMAGES) {
            spread(IMAGES, n, dx + (size_t)i * in, dy + i * n->out, w, k);
        }
        for (; i < n->images; i++) {
            spread(1, n, dx + (size_t)i * in, dy + i * n->out, w, k);
        }
    }
    for (; k < n->in; k++) {
        for (int i = 0; i < n->images; i++) {
            dx[(size_t)i * in + (size_t)k] = spread_one(n, dy + i * n->out, w, k);
        }
    }
}

const struct linear_kernels VEC8_TABLE(linear) = {forward, weight_gradient, data_gradient};
