#ifndef BASE_CRC32C_H
#define BASE_CRC32C_H

#include <stddef.h>
#include <stdint.h>

/* CRC-32C (Castagnoli; RFC 3720, appendix B.4) of `size` bytes, continuing
 * from `crc` (0 to start). Thread-safe. */
uint32_t crc32c(uint32_t crc, const void *data, size_t size);

/* The plain table version, against which the fast one is tested. */
uint32_t crc32c_reference(uint32_t crc, const void *data, size_t size);

#endif
