#include "formats/npy_file.h"

#include "core/base/io.h"
#include "core/base/output.h"

#include <assert.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

_Static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__, "data is written as it is in memory");

enum { ALIGNED = 64, PREFIX = 10, HEADER_MAX = 4 * ALIGNED };

static const char magic[] = "\x93NUMPY\x01"; // its NUL is the minor version

static const struct {
    const char *name;
    size_t size;
} types[] = {
    [NPY_U8] = {"|u1", 1},
    [NPY_I64] = {"<i8", 8},
};

// Everything in front of the data. Returns its length, a multiple of ALIGNED: 5
// numbers of 20 digits leave room in HEADER_MAX.
static size_t make_header(char header[HEADER_MAX], const struct npy_array *array)
{
    char shape[NPY_RANK_MAX * 24] = "";
    size_t used = 0;
    for (int i = 0; i < array->rank; i++) {
        // A tuple of one has a comma behind it.
        const char *behind = i + 1 < array->rank ? ", " : array->rank == 1 ? "," : "";
        used += (size_t)snprintf(shape + used, sizeof shape - used, "%zu%s", array->shape[i],
                                 behind);
    }
    size_t length = PREFIX;
    length += (size_t)snprintf(header + PREFIX, HEADER_MAX - PREFIX,
                               "{'descr': '%s', 'fortran_order': False, 'shape': (%s), }",
                               types[array->type].name, shape);
    size_t padded = (length + 1 + ALIGNED - 1) / ALIGNED * ALIGNED;
    memset(header + length, ' ', padded - length);
    header[padded - 1] = '\n';
    memcpy(header, magic, sizeof magic);
    header[8] = (char)((padded - PREFIX) & 0xff);
    header[9] = (char)((padded - PREFIX) >> 8);
    return padded;
}

int npy_file_write(const char *path, bool force, const struct npy_array *array,
                   struct error *err)
{
    assert(array->rank >= 1 && array->rank <= NPY_RANK_MAX);
    char header[HEADER_MAX];
    size_t begin = make_header(header, array), size = types[array->type].size;
    for (int i = 0; i < array->rank; i++) {
        size *= array->shape[i];
    }
    struct output *output;
    int code = output_open(&output, path, force, err);
    if (code < 0) {
        return code;
    }
    code = output_reserve(output, begin + size, err);
    if (code == 0) {
        code = io_write_at(output_fd(output), header, begin, 0, path, err);
    }
    if (code == 0) {
        code = io_write_at(output_fd(output), array->data, size, begin, path, err);
    }
    if (code == 0) {
        return output_commit(&output, err);
    }
    output_abandon(&output);
    return code;
}
