#include "core/nn/kernels/activations.h"

#include <math.h>

#ifdef NN_DOUBLE
static real exponential(real x) { return exp(x); }
static real exponential_minus_1(real x) { return expm1(x); }
static real logarithm_of_1_plus(real x) { return log1p(x); }
static real hyperbolic_tangent(real x) { return tanh(x); }
static real error_function(real x) { return erf(x); }
#else
static real exponential(real x) { return expf(x); }
static real exponential_minus_1(real x) { return expm1f(x); }
static real logarithm_of_1_plus(real x) { return log1pf(x); }
static real hyperbolic_tangent(real x) { return tanhf(x); }
static real error_function(real x) { return erff(x); }
#endif

static const real half = (real)0.5;
static const real root_half = (real)0.70710678118654752440;        // 1 / sqrt(2)
static const real normal_at_0 = (real)0.39894228040143267794;      // 1 / sqrt(2 pi)
static const real root_2_by_pi = (real)0.79788456080286535588;     // sqrt(2 / pi)
static const real cubic = (real)0.044715;

static real sigmoid(real x)
{
    return 1 / (1 + exponential(-x));
}

static real normal_distribution(real x)
{
    return half * (1 + error_function(x * root_half));
}

// The tanh inside the approximation of gelu.
static real gelu_tanh_part(real x)
{
    return hyperbolic_tangent(root_2_by_pi * (x + cubic * x * x * x));
}

static real value(const struct activation *f, real x)
{
    real a = (real)f->a;
    switch (f->kind) {
    case ACTIVATION_LEAKYRELU:
        return x > 0 ? x : a * x;
    case ACTIVATION_ELU:
        return x > 0 ? x : a * exponential_minus_1(x);
    case ACTIVATION_GELU:
        return x * normal_distribution(x);
    case ACTIVATION_GELU_TANH:
        return half * x * (1 + gelu_tanh_part(x));
    case ACTIVATION_SILU:
        return x * sigmoid(x);
    case ACTIVATION_SIGMOID:
        return sigmoid(x);
    case ACTIVATION_TANH:
        return hyperbolic_tangent(x);
    case ACTIVATION_SOFTPLUS:
        return a * x > (real)f->b ? x : logarithm_of_1_plus(exponential(a * x)) / a;
    case ACTIVATION_KINDS:
        break;
    }
    return x;
}

static real gelu_slope(real x)
{
    return normal_distribution(x) + x * normal_at_0 * exponential(-half * x * x);
}

static real gelu_tanh_slope(real x)
{
    real t = gelu_tanh_part(x);
    real inner = root_2_by_pi * (1 + 3 * cubic * x * x);
    return half * (1 + t) + half * x * (1 - t * t) * inner;
}

static real silu_slope(real x)
{
    real s = sigmoid(x);
    return s * (1 + x * (1 - s));
}

static real slope(const struct activation *f, real x, real y)
{
    real a = (real)f->a;
    switch (f->kind) {
    case ACTIVATION_LEAKYRELU:
        return x > 0 ? 1 : a;
    case ACTIVATION_ELU:
        return x > 0 ? 1 : a * exponential(x);
    case ACTIVATION_GELU:
        return gelu_slope(x);
    case ACTIVATION_GELU_TANH:
        return gelu_tanh_slope(x);
    case ACTIVATION_SILU:
        return silu_slope(x);
    case ACTIVATION_SIGMOID:
        return y * (1 - y);
    case ACTIVATION_TANH:
        return 1 - y * y;
    case ACTIVATION_SOFTPLUS:
        return a * x > (real)f->b ? 1 : sigmoid(a * x);
    case ACTIVATION_KINDS:
        break;
    }
    return 1;
}

void activation_forward(const struct activation *activation, real *y, const real *x, size_t count)
{
    const struct activation f = *activation;
    for (size_t i = 0; i < count; i++) {
        y[i] = value(&f, x[i]);
    }
}

void activation_backward(const struct activation *activation, real *dx, const real *x,
                         const real *y, const real *dy, size_t count)
{
    const struct activation f = *activation;
    for (size_t i = 0; i < count; i++) {
        dx[i] = slope(&f, x[i], y[i]) * dy[i];
    }
}
