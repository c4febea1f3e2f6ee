#include "formats/mat_write.h"

#include <assert.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

_Static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__, "data is written as it is in memory");

enum {
    TEXT_SIZE = 116, HEADER_SIZE = 128, TAG_SIZE = 8, VERSION = 0x0100,
    // Types of elements, and the class of an array.
    INT8 = 1, INT32 = 5, UINT32 = 6, DOUBLE = 9, MATRIX = 14, CLASS_DOUBLE = 6,
};

static const char text[] = "MATLAB 5.0 MAT-file, written by Triptych";

static unsigned char *put(unsigned char *at, const void *data, size_t size)
{
    memcpy(at, data, size);
    return at + size;
}

// An element: its tag, its data, and zeros (which are there) up to 8 bytes.
static unsigned char *put_element(unsigned char *at, uint32_t type, const void *data,
                                  size_t size)
{
    const uint32_t tag[] = {type, (uint32_t)size};
    put(put(at, tag, sizeof tag), data, size);
    return at + TAG_SIZE + (size + 7) / 8 * 8;
}

// Bytes of a vector's matrix behind its tag: flags, sizes, name and numbers.
static size_t matrix_size(const struct mat_vector *vector)
{
    return 4 * TAG_SIZE + 8 + 8 + MAT_NAME_MAX + 8 * vector->count;
}

static unsigned char *put_vector(unsigned char *at, const struct mat_vector *vector)
{
    const uint32_t tag[] = {MATRIX, (uint32_t)matrix_size(vector)};
    const uint32_t flags[] = {CLASS_DOUBLE, 0};
    const int32_t dims[] = {(int32_t)vector->count, 1};
    at = put(at, tag, sizeof tag);
    at = put_element(at, UINT32, flags, sizeof flags);
    at = put_element(at, INT32, dims, sizeof dims);
    at = put_element(at, INT8, vector->name, strlen(vector->name));
    return put_element(at, DOUBLE, vector->values, 8 * vector->count);
}

int mat_encode(unsigned char **ret, size_t *ret_size, const char *file,
               const struct mat_vector *vectors, int count, struct error *err)
{
    size_t size = HEADER_SIZE;
    for (int i = 0; i < count; i++) {
        assert(strlen(vectors[i].name) >= 1 && strlen(vectors[i].name) <= MAT_NAME_MAX);
        assert(vectors[i].count >= 1 && vectors[i].count <= 1 << 24);
        size += TAG_SIZE + matrix_size(&vectors[i]);
    }
    unsigned char *bytes = calloc(size, 1);
    if (!bytes) {
        return error_nomem(err, file);
    }
    const uint16_t version[] = {VERSION, 'M' << 8 | 'I'};
    memset(bytes, ' ', TEXT_SIZE);
    put(bytes, text, sizeof text - 1);
    unsigned char *at = put(bytes + HEADER_SIZE - sizeof version, version, sizeof version);
    for (int i = 0; i < count; i++) {
        at = put_vector(at, &vectors[i]);
    }
    assert(at == bytes + size);
    *ret = bytes;
    *ret_size = size;
    return 0;
}
