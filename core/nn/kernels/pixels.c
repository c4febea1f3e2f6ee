#include "core/nn/kernels/kernel_tables.h"
#include "core/nn/kernels/vec8.h"

// Every eighth of 24 bytes is a lane: lane i is p[3 * i].
VEC8_INLINE vec8 every_third(const uint8_t *p)
{
#if VEC8_AVX2
    const __m128i low = _mm_setr_epi8(0, 3, 6, 9, 12, 15, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1);
    const __m128i high = _mm_setr_epi8(-1, -1, -1, -1, -1, -1, 12, 15, -1, -1, -1, -1, -1, -1,
                                       -1, -1);
    __m128i a = _mm_loadu_si128((const __m128i *)(const void *)p);
    __m128i b = _mm_loadu_si128((const __m128i *)(const void *)(p + 6));
    __m128i bytes = _mm_or_si128(_mm_shuffle_epi8(a, low), _mm_shuffle_epi8(b, high));
    return (vec8)_mm256_cvtepi32_ps(_mm256_cvtepu8_epi32(bytes));
#else
    return (vec8){p[0], p[3], p[6], p[9], p[12], p[15], p[18], p[21]};
#endif
}

// x / 255, rounded as a division is, for whole x in 0..255.
VEC8_INLINE vec8 over_255(vec8 x)
{
#if VEC8_AVX2
    // The quotient by the rounded reciprocal, and its error put right (Markstein).
    vec8 reciprocal = vec8_all(1.0f / 255);
    vec8 quotient = x * reciprocal;
    vec8 error = vec8_fma(-quotient, vec8_all(255), x);
    return vec8_fma(error, reciprocal, quotient);
#else
    return x / vec8_all(255);
#endif
}

static void to_floats(float *planes, const uint8_t *rgb, size_t pixels)
{
    size_t i = 0;
    for (; i + VEC8_LANES <= pixels; i += VEC8_LANES) {
        for (size_t c = 0; c < 3; c++) {
            vec8 x = every_third(rgb + 3 * i + c);
            vec8_store(planes + c * pixels + i, over_255(x));
        }
    }
    for (; i < pixels; i++) {
        for (size_t c = 0; c < 3; c++) {
            planes[c * pixels + i] = (float)rgb[3 * i + c] / 255;
        }
    }
}

const struct pixel_kernels VEC8_TABLE(pixels) = {to_floats};
