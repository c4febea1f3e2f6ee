#include "core/nn/kernels/kernel_tables.h"
#include "core/nn/kernels/vec8.h"

/* Functions of each number by itself: the bits are those of kernels.h. */

VEC8_INLINE vec8 rectify(vec8 x)
{
    return (vec8)((vec8i)x & ~(x < (vec8){0}));
}

static void relu(float *y, const float *x, size_t count)
{
    size_t i = 0;
    for (; i + VEC8_LANES <= count; i += VEC8_LANES) {
        vec8_store(y + i, rectify(vec8_load(x + i)));
    }
    for (; i < count; i++) {
        y[i] = x[i] < 0 ? 0 : x[i];
    }
}

static void relu_backward(float *dx, const float *y, const float *dy, size_t count)
{
    size_t i = 0;
    for (; i + VEC8_LANES <= count; i += VEC8_LANES) {
        vec8i stopped = vec8_load(y + i) <= (vec8){0};
        vec8_store(dx + i, (vec8)((vec8i)vec8_load(dy + i) & ~stopped));
    }
    for (; i < count; i++) {
        dx[i] = y[i] <= 0 ? 0 : dy[i];
    }
}

static void add(float *y, const float *a, const float *b, bool rectified, size_t count)
{
    size_t i = 0;
    for (; i + VEC8_LANES <= count; i += VEC8_LANES) {
        vec8 sum = vec8_load(a + i) + vec8_load(b + i);
        vec8_store(y + i, rectified ? rectify(sum) : sum);
    }
    for (; i < count; i++) {
        float sum = a[i] + b[i];
        y[i] = rectified && sum < 0 ? 0 : sum;
    }
}

const struct element_kernels VEC8_TABLE(elements) = {relu, relu_backward, add};
