#include "core/base/crc32c.h"
#include "core/base/digest.h"
#include "core/base/random.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

typedef uint32_t (*crc_function)(uint32_t, const void *, size_t);

// RFC 3720, appendix B.4, and the usual check value.
static void crc_vectors(void **state)
{
    (void)state;
    static const crc_function functions[] = {crc32c, crc32c_reference};
    uint8_t zeros[32] = {0}, ones[32], up[32], down[32];
    for (int i = 0; i < 32; i++) {
        ones[i] = 0xff;
        up[i] = (uint8_t)i;
        down[i] = (uint8_t)(31 - i);
    }
    for (size_t f = 0; f < 2; f++) {
        crc_function crc = functions[f];
        assert_int_equal(crc(0, "123456789", 9), 0xe3069283);
        assert_int_equal(crc(0, zeros, 32), 0x8a9136aa);
        assert_int_equal(crc(0, ones, 32), 0x62a8ab43);
        assert_int_equal(crc(0, up, 32), 0x46dd794e);
        assert_int_equal(crc(0, down, 32), 0x113fdb5c);
        assert_int_equal(crc(0, zeros, 0), 0);
        assert_int_equal(crc(0xdeadbeef, zeros, 0), 0xdeadbeef);
    }
}

// Every start within a cache line with every length: all heads and tails. The
// bytes end where the allocation ends, so that a sanitizer sees a read beyond.
static void crc_fast_is_reference(void **state)
{
    (void)state;
    enum { LONGEST = 130, STARTS = 64 };
    struct random r;
    random_seed(&r, 11, 0);
    for (size_t start = 0; start < STARTS; start++) {
        for (size_t size = 0; size <= LONGEST; size++) {
            uint8_t *block = malloc(start + size + 1);
            assert_non_null(block);
            for (size_t i = 0; i <= start + size; i++) {
                block[i] = (uint8_t)random_u64(&r);
            }
            uint8_t *data = block + 1 + start;
            uint32_t seed = (uint32_t)random_u64(&r);
            assert_int_equal(crc32c(seed, data, size), crc32c_reference(seed, data, size));
            free(block);
        }
    }
}

static void crc_goes_on(void **state)
{
    (void)state;
    uint8_t data[1000];
    for (size_t i = 0; i < sizeof data; i++) {
        data[i] = (uint8_t)(i * 7 + i / 3);
    }
    uint32_t whole = crc32c(0, data, sizeof data);
    for (size_t cut = 0; cut <= sizeof data; cut++) {
        uint32_t first = crc32c(0, data, cut);
        assert_int_equal(crc32c(first, data + cut, sizeof data - cut), whole);
    }
    for (size_t bit = 0; bit < 8 * sizeof data; bit += 13) { // any single flip shows
        data[bit / 8] ^= (uint8_t)(1 << bit % 8);
        assert_int_not_equal(crc32c(0, data, sizeof data), whole);
        data[bit / 8] ^= (uint8_t)(1 << bit % 8);
    }
}

static void assert_digest(const void *data, size_t size, size_t piece, const char *expected)
{
    struct digest *digest = digest_start();
    assert_non_null(digest);
    for (size_t at = 0; at < size; at += piece) {
        size_t left = size - at;
        digest_add(digest, (const char *)data + at, left < piece ? left : piece);
    }
    char hex[DIGEST_HEX_SIZE + 1];
    memset(hex, '#', sizeof hex);
    digest_finish(&digest, hex);
    assert_null(digest);
    assert_true(hex[DIGEST_HEX_SIZE] == '#');
    assert_string_equal(hex, expected);
}

// FIPS 180-4's examples.
static void digest_vectors(void **state)
{
    (void)state;
    assert_digest("", 0, 1, "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
    assert_digest("abc", 3, 3, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    static const char two_blocks[] = "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq";
    for (size_t piece = 1; piece <= 56; piece++) {
        assert_digest(two_blocks, 56, piece,
                      "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1");
    }
    char *million = malloc(1000000);
    assert_non_null(million);
    memset(million, 'a', 1000000);
    assert_digest(million, 1000000, 4099,
                  "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
    free(million);
}

static void digest_keeps_fields_apart(void **state)
{
    (void)state;
    static const char *const fields[2][2] = {{"ab", "c"}, {"a", "bc"}};
    char hex[2][DIGEST_HEX_SIZE];
    for (int i = 0; i < 2; i++) {
        struct digest *digest = digest_start();
        assert_non_null(digest);
        digest_add_text(digest, fields[i][0]);
        digest_add_text(digest, fields[i][1]);
        digest_finish(&digest, hex[i]);
    }
    assert_string_not_equal(hex[0], hex[1]);
    assert_digest("ab\0c", 5, 5, hex[0]); // that is, each text with its NUL
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(crc_vectors),    cmocka_unit_test(crc_fast_is_reference),
        cmocka_unit_test(crc_goes_on),    cmocka_unit_test(digest_vectors),
        cmocka_unit_test(digest_keeps_fields_apart),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
