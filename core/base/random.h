#ifndef BASE_RANDOM_H
#define BASE_RANDOM_H

#include <stddef.h>
#include <stdint.h>

/* Reproducible random numbers: xoshiro256** (Blackman and Vigna, "Scrambled
 * linear pseudorandom number generators", 2018), seeded by splitmix64. The
 * state is a plain struct that can be copied into a checkpoint. Not for
 * secrets; not shared between threads. */
struct random {
    uint64_t state[4];
};

/* Start a sequence. Different `stream`s of one seed are independent. */
void random_seed(struct random *r, uint64_t seed, uint64_t stream);

uint64_t random_u64(struct random *r);

/* Uniform in 0 .. bound-1, without bias. bound > 0. */
uint64_t random_below(struct random *r, uint64_t bound);

/* Uniform in [0, 1) with 53 random bits. */
double random_unit(struct random *r);

/* Standard normal (Marsaglia's polar method). */
double random_normal(struct random *r);

/* Fisher-Yates over `count` values. */
void random_shuffle_u32(struct random *r, uint32_t *values, size_t count);

/* 64 well-mixed bits of (seed, the bytes of text up to its NUL): a number for
 * a name, independent of any order. */
uint64_t random_hash_text(uint64_t seed, const char *text);

#endif
