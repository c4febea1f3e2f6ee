#include "core/nn/kernels/kernel_tables.h"
#include "core/nn/kernels/vec8_math.h"

/* activations.h, eight numbers at a time. The last few are worked on in a full
 * vector, too, so a number's result does not depend on where it stands. */

VEC8_INLINE vec8 choose(vec8i mask, vec8 a, vec8 b)
{
    return (vec8)vec8i_select(mask, (vec8i)a, (vec8i)b);
}

// With power = e^(-x^2 / 2).
VEC8_INLINE vec8 normal_distribution(vec8 x, vec8 power)
{
    return 0.5f * (1 + vec8_erf(x * 0.70710678f, power));
}

// The tanh inside the approximation of gelu: sqrt(2 / pi) (x + 0.044715 x^3).
VEC8_INLINE vec8 gelu_tanh_part(vec8 x)
{
    return vec8_tanh(0.79788456f * (x + 0.044715f * x * x * x));
}

// log(1 + e^x) = max(x, 0) + log(1 + e^-|x|)
VEC8_INLINE vec8 softplus(vec8 x)
{
    vec8 rest = vec8_log_1_plus(vec8_exp(-vec8_absolute(x)));
    return vec8_max((vec8){0}, x) + rest;
}

VEC8_INLINE vec8 value(const enum activation_kind kind, vec8 x, vec8 a, vec8 b)
{
    switch (kind) {
    case ACTIVATION_LEAKYRELU:
        return choose(x > (vec8){0}, x, a * x);
    case ACTIVATION_ELU:
        return choose(x > (vec8){0}, x, a * vec8_exp_minus_1(x));
    case ACTIVATION_GELU:
        return x * normal_distribution(x, vec8_exp(-0.5f * x * x));
    case ACTIVATION_GELU_TANH:
        return 0.5f * x * (1 + gelu_tanh_part(x));
    case ACTIVATION_SILU:
        return x * vec8_sigmoid(x);
    case ACTIVATION_SIGMOID:
        return vec8_sigmoid(x);
    case ACTIVATION_TANH:
        return vec8_tanh(x);
    case ACTIVATION_SOFTPLUS:
        return choose(a * x > b, x, softplus(a * x) / a);
    case ACTIVATION_KINDS:
        break;
    }
    return x;
}

VEC8_INLINE vec8 gelu_tanh_slope(vec8 x)
{
    vec8 t = gelu_tanh_part(x);
    vec8 inner = 0.79788456f * (1 + 3 * 0.044715f * x * x);
    return 0.5f * (1 + t) + 0.5f * x * (1 - t * t) * inner;
}

VEC8_INLINE vec8 slope(const enum activation_kind kind, vec8 x, vec8 y, vec8 a, vec8 b)
{
    const vec8 one = vec8_all(1);
    switch (kind) {
    case ACTIVATION_LEAKYRELU:
        return choose(x > (vec8){0}, one, a);
    case ACTIVATION_ELU:
        return choose(x > (vec8){0}, one, a * vec8_exp(x));
    case ACTIVATION_GELU: {
        vec8 power = vec8_exp(-0.5f * x * x);
        return normal_distribution(x, power) + x * 0.39894228f * power;
    }
    case ACTIVATION_GELU_TANH:
        return gelu_tanh_slope(x);
    case ACTIVATION_SILU: {
        vec8 s = vec8_sigmoid(x);
        return s * (1 + x * (1 - s));
    }
    case ACTIVATION_SIGMOID:
        return y * (1 - y);
    case ACTIVATION_TANH:
        return 1 - y * y;
    case ACTIVATION_SOFTPLUS:
        return choose(a * x > b, one, vec8_sigmoid(a * x));
    case ACTIVATION_KINDS:
        break;
    }
    return one;
}

VEC8_INLINE void forward_kind(const enum activation_kind kind, const struct activation *f,
                              float *y, const float *x, size_t count)
{
    vec8 a = vec8_all((float)f->a);
    vec8 b = vec8_all((float)f->b);
    size_t i = 0;
    for (; i + VEC8_LANES <= count; i += VEC8_LANES) {
        vec8_store(y + i, value(kind, vec8_load(x + i), a, b));
    }
    if (i < count) {
        vec8 rest = {0};
        memcpy(&rest, x + i, (count - i) * sizeof *x);
        rest = value(kind, rest, a, b);
        memcpy(y + i, &rest, (count - i) * sizeof *y);
    }
}

VEC8_INLINE void backward_kind(const enum activation_kind kind, const struct activation *f,
                               float *dx, const float *x, const float *y, const float *dy,
                               size_t count)
{
    vec8 a = vec8_all((float)f->a);
    vec8 b = vec8_all((float)f->b);
    size_t i = 0;
    for (; i + VEC8_LANES <= count; i += VEC8_LANES) {
        vec8 s = slope(kind, vec8_load(x + i), vec8_load(y + i), a, b);
        vec8_store(dx + i, s * vec8_load(dy + i));
    }
    if (i < count) {
        size_t bytes = (count - i) * sizeof *x;
        vec8 last[3] = {{0}, {0}, {0}};
        memcpy(&last[0], x + i, bytes);
        memcpy(&last[1], y + i, bytes);
        memcpy(&last[2], dy + i, bytes);
        last[2] *= slope(kind, last[0], last[1], a, b);
        memcpy(dx + i, &last[2], bytes);
    }
}

static void forward(const struct activation *f, float *y, const float *x, size_t count)
{
    switch (f->kind) {
#define EACH(kind) case kind: forward_kind(kind, f, y, x, count); break;
        EACH(ACTIVATION_LEAKYRELU)
        EACH(ACTIVATION_ELU)
        EACH(ACTIVATION_GELU)
        EACH(ACTIVATION_GELU_TANH)
        EACH(ACTIVATION_SILU)
        EACH(ACTIVATION_SIGMOID)
        EACH(ACTIVATION_TANH)
        EACH(ACTIVATION_SOFTPLUS)
        EACH(ACTIVATION_KINDS)
#undef EACH
    }
}

static void backward(const struct activation *f, float *dx, const float *x, const float *y,
                     const float *dy, size_t count)
{
    switch (f->kind) {
#define EACH(kind) case kind: backward_kind(kind, f, dx, x, y, dy, count); break;
        EACH(ACTIVATION_LEAKYRELU)
        EACH(ACTIVATION_ELU)
        EACH(ACTIVATION_GELU)
        EACH(ACTIVATION_GELU_TANH)
        EACH(ACTIVATION_SILU)
        EACH(ACTIVATION_SIGMOID)
        EACH(ACTIVATION_TANH)
        EACH(ACTIVATION_SOFTPLUS)
        EACH(ACTIVATION_KINDS)
#undef EACH
    }
}

const struct activation_kernels VEC8_TABLE(activation) = {forward, backward};
