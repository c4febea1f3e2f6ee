/* Event files, byte for byte; tests/e2e/events_judge.py reads those of runs. */

#include "formats/event_file.h"

#include "core/base/crc32c.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

// As TensorFlow and PyTorch write it: length 24, wall_time 0, file_version.
static const unsigned char head[] = {
    24, 0, 0, 0, 0, 0, 0, 0, 0xa3, 0x7f, 0x4b, 0x22,
    0x09, 0, 0, 0, 0, 0, 0, 0, 0, 0x1a, 13,
    'b', 'r', 'a', 'i', 'n', '.', 'E', 'v', 'e', 'n', 't', ':', '2',
};

static uint32_t stored_crc(const unsigned char *at)
{
    uint32_t masked = (uint32_t)at[0] | (uint32_t)at[1] << 8 | (uint32_t)at[2] << 16
                    | (uint32_t)at[3] << 24;
    uint32_t turned = masked - 0xa282ead8u;
    return turned << 15 | turned >> 17;
}

static void test_head(void **state)
{
    (void)state;
    struct protobuf out = {0};
    event_file_head(&out);
    assert_false(out.failed);
    assert_int_equal(out.size, sizeof head + 4);
    assert_memory_equal(out.data, head, sizeof head);
    assert_int_equal(stored_crc(out.data + sizeof head), crc32c_reference(0, head + 12, 24));
    protobuf_clear(&out);
}

static void test_step(void **state)
{
    (void)state;
    static const unsigned char expected[] = {
        0x09, 0, 0, 0, 0, 0, 0, 0x08, 0x40, // wall_time 3
        0x10, 3,                            // step
        0x2a, 36,                           // summary
        0x0a, 11, 0x0a, 4, 'l', 'o', 's', 's', 0x15, 0, 0, 0xc0, 0x3f, // 1.5
        0x0a, 21, 0x0a, 3, 'p', 'i', 'c',   // a picture
        0x22, 14, 0x08, 2, 0x10, 0xac, 0x02, 0x18, 3, 0x22, 5, 'b', 'y', 't', 'e', 's',
    };
    struct event_scalar loss = {"loss", 1.5};
    struct event_picture picture = {"pic", "bytes", 5, 300, 2};
    struct protobuf out = {0};
    event_file_step(&out, 3, &loss, 1, &picture);
    assert_false(out.failed);
    assert_int_equal(out.size, 12 + sizeof expected + 4);
    assert_int_equal(out.data[0], sizeof expected);
    assert_int_equal(stored_crc(out.data + 8), crc32c_reference(0, out.data, 8));
    assert_memory_equal(out.data + 12, expected, sizeof expected);
    assert_int_equal(stored_crc(out.data + 12 + sizeof expected),
                     crc32c_reference(0, expected, sizeof expected));
    protobuf_clear(&out);
}

// Any byte that is changed, and any that is missing, is noticed.
static void test_records(void **state)
{
    (void)state;
    struct event_scalar loss = {"loss", 0.25};
    struct protobuf out = {0};
    size_t length = 0;
    event_file_head(&out);
    size_t first = out.size;
    event_file_step(&out, 1, &loss, 1, NULL);
    assert_true(event_file_records(&length, out.data, out.size, 0));
    assert_int_equal(length, 0);
    assert_true(event_file_records(&length, out.data, out.size, 1));
    assert_int_equal(length, first);
    assert_true(event_file_records(&length, out.data, out.size, 2));
    assert_int_equal(length, out.size);
    assert_false(event_file_records(&length, out.data, out.size, 3));
    for (size_t i = 0; i < out.size; i++) {
        unsigned char *copy = malloc(i + 1);
        memcpy(copy, out.data, i);
        assert_false(event_file_records(&length, copy, i, 2));
        free(copy);
        out.data[i] ^= 0x40;
        assert_false(event_file_records(&length, out.data, out.size, 2));
        out.data[i] ^= 0x40;
    }
    assert_int_equal(length, out.size); // untouched by failures
    protobuf_clear(&out);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_head),
        cmocka_unit_test(test_step),
        cmocka_unit_test(test_records),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
