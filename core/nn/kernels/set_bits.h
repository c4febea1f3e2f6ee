#ifndef NN_SET_BITS_H
#define NN_SET_BITS_H

#include <stdint.h>

/* Which bits of a byte are set: digit k (of four bits, the lowest first) is
 * the number of the k-th one; digits behind the last are 0. */
extern const uint32_t set_bits[256];

#endif
