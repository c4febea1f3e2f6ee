/* Parameters to safetensors and back, and files that are damaged. What is
 * written is held against the format by tests/e2e/safetensors_judge.py. */

#include "formats/safetensors.h"
#include "tests/unit/tree_fixture.h"

#include "core/base/io.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { WEIGHTS = 12, TOTAL = WEIGHTS + 1 + 4 };

static float values[TOTAL] = {0, -1, 1.5f, 3e-39f, 3e38f, 6, 7, 8, 9, 10, 11, 12, 1000, 1, 2, 3, 4};

static struct parameter table[] = {
    {.name = "0.weight", .dim_count = 3, .dim = {3, 2, 2}, .offset = 0, .size = WEIGHTS},
    {.name = "1.num_batches_tracked", .dim_count = 1, .dim = {1}, .offset = WEIGHTS, .size = 1},
    {.name = "0.bias", .dim_count = 1, .dim = {4}, .offset = WEIGHTS + 1, .size = 4},
};

static const struct model model = {
    .parameters = {.table = table, .count = 3, .values = values, .total = TOTAL},
};

static void write_bytes(const char *path, const void *data, size_t size)
{
    FILE *file = fopen(path, "wb");
    assert_non_null(file);
    assert_int_equal(fwrite(data, 1, size, file), size);
    assert_int_equal(fclose(file), 0);
}

// The file of the model above; the caller frees it.
static char *written(size_t *size)
{
    struct error err = ERROR_INIT;
    char *data;
    assert_int_equal(safetensors_write("w.safetensors", &model, true, &err), 0);
    assert_int_equal(io_read_file(&data, size, "w.safetensors", 1 << 20, &err), 0);
    return data;
}

static void round_trip(void **state)
{
    (void)state;
    struct error err = ERROR_INIT;
    size_t size;
    free(written(&size));
    struct model *back = NULL;
    assert_true(safetensors_is_one("w.safetensors"));
    assert_int_equal(safetensors_read(&back, "w.safetensors", &err), 0);
    assert_int_equal(back->parameters.count, 3);
    assert_int_equal(back->parameters.total, TOTAL);
    assert_int_equal(back->class_count, 0);
    assert_int_equal(strlen(back->digest), DIGEST_HEX_SIZE - 1);
    for (int i = 0; i < 3; i++) {
        const struct parameter *p = parameters_find(&back->parameters, table[i].name);
        assert_non_null(p);
        assert_int_equal(p->dim_count, table[i].dim_count);
        assert_memory_equal(p->dim, table[i].dim, (size_t)p->dim_count * sizeof p->dim[0]);
        assert_memory_equal(back->parameters.values + p->offset, values + table[i].offset,
                            p->size * sizeof values[0]);
    }
    model_free(&back);
}

static void stays_without_force(void **state)
{
    (void)state;
    struct error err = ERROR_INIT;
    write_bytes("there.safetensors", "x", 1);
    assert_int_equal(safetensors_write("there.safetensors", &model, false, &err), ERR_EXISTS);
}

// Reads, or is refused with a message; nothing else. Returns whether it reads.
static bool reads(const char *data, size_t size)
{
    struct error err = ERROR_INIT;
    struct model *back = NULL;
    write_bytes("damaged.safetensors", data, size);
    int code = safetensors_read(&back, "damaged.safetensors", &err);
    assert_true(code == 0 ? back != NULL : code == ERR_FORMAT && !back && err.text[0]);
    model_free(&back);
    return code == 0;
}

static void every_cut_is_refused(void **state)
{
    (void)state;
    size_t size;
    char *data = written(&size);
    for (size_t cut = 0; cut < size; cut++) {
        assert_false(reads(data, cut));
    }
    free(data);
}

static void every_changed_byte_is_survived(void **state)
{
    (void)state;
    static const unsigned char masks[] = {0x01, 0x04, 0x10, 0x80, 0xff};
    size_t size, refused = 0;
    char *data = written(&size);
    for (size_t i = 0; i < size; i++) {
        for (size_t k = 0; k < sizeof masks; k++) {
            data[i] = (char)(data[i] ^ masks[k]);
            refused += !reads(data, size);
            data[i] = (char)(data[i] ^ masks[k]);
        }
    }
    assert_true(refused > size); // the numbers take most changes, the header hardly any
    free(data);
}

// A file of that header and `bytes` bytes of zeros.
static bool header_reads(const char *header, size_t bytes)
{
    char data[1024] = {0};
    size_t length = strlen(header);
    data[0] = (char)(length & 0xff);
    data[1] = (char)(length >> 8);
    memcpy(data + 8, header, length);
    return reads(data, 8 + length + bytes);
}

static void headers(void **state)
{
    (void)state;
    assert_true(header_reads("{\"a\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,8]}}",
                             8));
    // Other orders, blanks and metadata with escapes are JSON, too.
    assert_true(header_reads(" { \"__metadata__\" : { \"a\\\"b\" : \"\\n\" } , \"a\" : "
                             "{\"shape\":[ 1 , 2 ], \"data_offsets\":[0,8],\"dtype\":\"F32\"} }  ",
                             8));
    static const char *const bad[] = {
        "{}",
        "{}x",
        "[]",
        "{\"a\":{}}",
        "{\"a\":{\"dtype\":\"F32\",\"shape\":[2]}}",
        "{\"a\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,8]}",
        "{\"a\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[8,0]}}",
        "{\"a\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,8],\"dtype\":\"F32\"}}",
        "{\"a\":{\"dtype\":\"F32\",\"shape\":[2,0],\"data_offsets\":[0,0]}}",
        "{\"a\":{\"dtype\":\"F32\",\"shape\":[-2],\"data_offsets\":[0,8]}}",
        "{\"a\":{\"dtype\":\"F32\",\"shape\":[4294967296,4294967296],\"data_offsets\":[0,8]}}",
        "{\"a\":{\"dtype\":\"F32\",\"shape\":[1,1,1,1,1,2],\"data_offsets\":[0,8]}}",
        "{\"a\":{\"dtype\":\"BF16\",\"shape\":[4],\"data_offsets\":[0,8]}}",
        "{\"a\":{\"dtype\":\"I64\",\"shape\":[1],\"data_offsets\":[0,8]}}",
        "{\"a\\n\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,8]}}",
        ("{\"a\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[0,4]},"
         "\"b\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,8]}}"),
    };
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        if (header_reads(bad[i], 8)) {
            fail_msg("accepted: %s", bad[i]);
        }
    }
}

static void numbers_that_are_none(void **state)
{
    (void)state;
    size_t size;
    char *data = written(&size);
    size_t first = 8 + (unsigned char)data[0] + 256 * (size_t)(unsigned char)data[1];
    assert_true(first + 4 < size);
    memcpy(data + first, "\0\0\x80\x7f", 4); // infinity, low byte first
    assert_false(reads(data, size));
    free(data);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(round_trip),
        cmocka_unit_test(stays_without_force),
        cmocka_unit_test(every_cut_is_refused),
        cmocka_unit_test(every_changed_byte_is_survived),
        cmocka_unit_test(headers),
        cmocka_unit_test(numbers_that_are_none),
    };
    return cmocka_run_group_tests_name("safetensors", tests, tree_enter, tree_leave);
}
