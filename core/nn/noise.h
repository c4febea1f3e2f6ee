#ifndef NN_NOISE_H
#define NN_NOISE_H

#include <stdint.h>

/* Random numbers without a state: the number at a place is a function of seed,
 * step, layer, image and element, so that it depends on no thread, no cut into
 * blocks and no resume. Each level is mixed by the finaliser of splitmix64
 * (Steele, Lea and Flood, "Fast splittable pseudorandom number generators",
 * 2014). */

static inline uint64_t noise_mix(uint64_t key, uint64_t index)
{
    uint64_t z = key + (index + 1) * UINT64_C(0x9e3779b97f4a7c15);
    z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
    return z ^ (z >> 31);
}

static inline uint64_t noise_of_step(uint64_t seed, uint64_t step)
{
    return noise_mix(noise_mix(0x6e6f697365, seed), step);
}

/* The key of one image in one layer; `layer` is a well-mixed number. */
static inline uint64_t noise_of_image(uint64_t step_noise, uint64_t layer, int image)
{
    return noise_mix(step_noise ^ layer, (uint64_t)image);
}

/* Uniform in [0, 1): the number of one element of an image. */
static inline double noise_unit(uint64_t image_noise, uint64_t element)
{
    return (double)(noise_mix(image_noise, element) >> 11) * 0x1p-53;
}

#endif
