#include "core/base/random.h"

#include <math.h>

static uint64_t mix(uint64_t z)
{
    // The finaliser of splitmix64 (Steele, Lea and Flood, 2014).
    z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
    return z ^ (z >> 31);
}

static const uint64_t golden = UINT64_C(0x9e3779b97f4a7c15);

static uint64_t rotate_left(uint64_t x, int k)
{
    return (x << k) | (x >> (64 - k));
}

void random_seed(struct random *r, uint64_t seed, uint64_t stream)
{
    uint64_t z = mix(seed + golden) ^ mix(stream * golden + 1);
    for (int i = 0; i < 4; i++) {
        z += golden;
        r->state[i] = mix(z);
    }
}

uint64_t random_u64(struct random *r)
{
    uint64_t *s = r->state;
    uint64_t result = rotate_left(s[1] * 5, 7) * 9;
    uint64_t t = s[1] << 17;
    s[2] ^= s[0];
    s[3] ^= s[1];
    s[1] ^= s[2];
    s[0] ^= s[3];
    s[2] ^= t;
    s[3] = rotate_left(s[3], 45);
    return result;
}

uint64_t random_below(struct random *r, uint64_t bound)
{
    // Refuse the top remainder, so that every value is equally likely.
    uint64_t limit = UINT64_MAX - UINT64_MAX % bound;
    uint64_t x;
    do {
        x = random_u64(r);
    } while (x >= limit);
    return x % bound;
}

double random_unit(struct random *r)
{
    return (double)(random_u64(r) >> 11) * 0x1p-53;
}

double random_normal(struct random *r)
{
    double u, v, s;
    do {
        u = 2 * random_unit(r) - 1;
        v = 2 * random_unit(r) - 1;
        s = u * u + v * v;
    } while (s >= 1 || s == 0);
    return u * sqrt(-2 * log(s) / s);
}

void random_shuffle_u32(struct random *r, uint32_t *values, size_t count)
{
    for (size_t i = count; i > 1; i--) {
        size_t j = random_below(r, i);
        uint32_t swap = values[i - 1];
        values[i - 1] = values[j];
        values[j] = swap;
    }
}

uint64_t random_hash_text(uint64_t seed, const char *text)
{
    uint64_t h = mix(seed + golden);
    for (; *text; text++) {
        h = mix(h ^ (unsigned char)*text) + golden;
    }
    return mix(h);
}
