/* .npy files, byte for byte; NumPy reads some in tests/cli/pack/export-npy.sh. */

#include "formats/npy_file.h"

#include "core/base/io.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

// Write the array over what is there; the caller frees what is in the file.
static char *written(size_t *ret_size, const struct npy_array *array)
{
    struct error err = ERROR_INIT;
    char *data = NULL;
    assert_int_equal(npy_file_write("a.npy", true, array, &err), 0);
    assert_int_equal(io_read_file(&data, ret_size, "a.npy", 1 << 20, &err), 0);
    return data;
}

static void check(const struct npy_array *array, const char *dict, size_t data_size)
{
    size_t size = 0;
    char *file = written(&size, array);
    assert_memory_equal(file, "\x93NUMPY\x01\x00", 8);
    size_t header = (size_t)(uint8_t)file[8] | (size_t)(uint8_t)file[9] << 8;
    assert_int_equal((10 + header) % 64, 0);
    assert_int_equal(size, 10 + header + data_size);
    size_t length = strlen(dict);
    assert_memory_equal(file + 10, dict, length);
    for (size_t i = 10 + length; i < 10 + header - 1; i++) {
        assert_int_equal(file[i], ' ');
    }
    assert_int_equal(file[10 + header - 1], '\n');
    assert_true(header - length < 65); // no more blanks than it takes
    assert_memory_equal(file + 10 + header, array->data, data_size);
    free(file);
}

static void test_numbers(void **state)
{
    (void)state;
    const int64_t labels[] = {0, -1, INT64_MAX};
    const struct npy_array one = {.type = NPY_I64, .rank = 1, .shape = {3}, .data = labels};
    check(&one, "{'descr': '<i8', 'fortran_order': False, 'shape': (3,), }", sizeof labels);
}

static void test_frames(void **state)
{
    (void)state;
    uint8_t frames[2 * 3 * 4 * 5 * 3];
    for (size_t i = 0; i < sizeof frames; i++) {
        frames[i] = (uint8_t)(i * 7);
    }
    const struct npy_array five = {
        .type = NPY_U8, .rank = 5, .shape = {2, 3, 4, 5, 3}, .data = frames};
    check(&five, "{'descr': '|u1', 'fortran_order': False, 'shape': (2, 3, 4, 5, 3), }",
          sizeof frames);
}

// Shapes of 1 to 20 digits: the header grows over the multiples of 64.
static void test_any_length_of_header(void **state)
{
    (void)state;
    size_t digits = 1;
    for (int i = 0; i < 19; i++, digits *= 10) {
        char dict[200];
        snprintf(dict, sizeof dict,
                 "{'descr': '|u1', 'fortran_order': False, 'shape': (0, %zu, %zu, %zu), }",
                 digits, digits, digits);
        const struct npy_array empty = {
            .type = NPY_U8, .rank = 4, .shape = {0, digits, digits, digits}, .data = ""};
        check(&empty, dict, 0);
    }
}

static void test_existing(void **state)
{
    (void)state;
    const struct npy_array byte = {.type = NPY_U8, .rank = 1, .shape = {1}, .data = "x"};
    struct error err = ERROR_INIT;
    assert_int_equal(npy_file_write("there.npy", false, &byte, &err), 0);
    assert_int_equal(npy_file_write("there.npy", false, &byte, &err), ERR_EXISTS);
    err.code = 0;
    assert_int_equal(npy_file_write("absent/a.npy", false, &byte, &err), ERR_IO);
    assert_int_equal(access("there.npy.partial", F_OK), -1);
}

int main(void)
{
    const char *scratch = getenv("TMPDIR");
    if (scratch && chdir(scratch) < 0) {
        return 1;
    }
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_numbers),
        cmocka_unit_test(test_frames),
        cmocka_unit_test(test_any_length_of_header),
        cmocka_unit_test(test_existing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
