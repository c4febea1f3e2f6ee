#include "core/video/mpeg4_bits.h"

#include <string.h>

uint32_t bits_get(struct bits *bits, unsigned n)
{
    uint32_t value = 0;
    for (unsigned i = 0; i < n; i++) {
        uint32_t bit = 0;
        if (bits->at < bits->count) {
            bit = bits->data[bits->at / 8] >> (7 - bits->at % 8) & 1;
            bits->at++;
        } else {
            bits->over = true;
        }
        value = value << 1 | bit;
    }
    return value;
}

bool bits_marker(struct bits *bits)
{
    return bits_get(bits, 1) == 1;
}

// How many bits are zero from `at` on.
static size_t count_zeros(const uint8_t *data, size_t size, size_t at)
{
    size_t zeros = 0;
    for (; at < size && data[at] == 0; at++) {
        zeros += 8;
    }
    for (int byte = at < size ? data[at] : 0x80; !(byte & 0x80); byte <<= 1) {
        zeros++;
    }
    return zeros;
}

size_t bits_find_code(const uint8_t *data, size_t size, size_t at, size_t *zeros)
{
    while (at + 1 < size) {
        const uint8_t *zero = memchr(data + at, 0, size - at - 1);
        if (!zero) {
            break;
        }
        at = (size_t)(zero - data);
        if (data[at + 1] != 0) {
            at += 2;
        } else if (at + 3 < size && data[at + 2] == 1) {
            return at;
        } else {
            size_t run = count_zeros(data, size, at);
            *zeros = run > *zeros ? run : *zeros;
            at++;
        }
    }
    return size;
}
