/* The description of an HDF5 file that a child hands back, taken apart by a
 * parent that trusts no byte of it. */

#include "core/base/io.h"
#include "core/base/random.h"
#include "formats/h5_description.h"
#include "formats/h5_outline.h"
#include "formats/h5_write.h"
#include "tests/unit/pack_fixture.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

static struct {
    unsigned char *outline;
    size_t size;
    unsigned char *file; // its bytes, as a mapping of it would have
    uint64_t file_size;
    struct h5_limits limits;
} good;

static int outline_of(const char *path, struct error *err)
{
    struct h5_outline_request request = {.name = path, .limits = good.limits};
    int code = io_open_regular(&request.fd, &request.size, path, err);
    if (code < 0) {
        return code;
    }
    struct sandbox sandbox = sandbox_defaults();
    struct child_call call = {
        .name = path, .fd = request.fd, .capacity = good.limits.description,
        .timeout_ms = 20000, .prepare = h5_outline_prepare, .run = h5_outline_run,
        .context = &request,
    };
    void *outline = NULL;
    code = child_call(&outline, &good.size, &call, &sandbox, err);
    close(request.fd);
    good.outline = outline;
    return code;
}

static int make_good(void **state)
{
    if (fixture_enter(state) != 0) {
        return -1;
    }
    fixture_write("good.h5", NULL);
    good.limits = h5_limits_defaults();
    struct error err = ERROR_INIT;
    size_t size;
    char *file = NULL;
    if (outline_of("good.h5", &err) < 0
        || io_read_file(&file, &size, "good.h5", 1 << 20, &err) < 0) {
        return -1;
    }
    good.file = (unsigned char *)file;
    good.file_size = size;
    return 0;
}

static int drop_good(void **state)
{
    free(good.outline);
    free(good.file);
    return fixture_leave(state);
}

// Read every byte that the tables promise.
static uint64_t touch(const struct h5_description *d)
{
    uint64_t sum = 0;
    for (size_t i = 0; i < d->dataset_count; i++) {
        const struct h5_dataset *set = &d->datasets[i];
        sum += strlen(set->path);
        assert_true(set->path[0] == '/');
        assert_in_range(set->rank, 0, TYPE_RANK_MAX);
        for (int m = 0; m < set->type.member_count; m++) {
            sum += strlen(set->type.members[m].name) + set->type.members[m].value;
        }
        if (!set->data) {
            continue;
        }
        assert_true(set->offset <= good.file_size);
        assert_true(set->bytes <= good.file_size - set->offset);
        assert_ptr_equal(set->data, good.file + set->offset);
        for (uint64_t b = 0; b < set->bytes; b++) {
            sum += ((const unsigned char *)set->data)[b];
        }
    }
    for (size_t i = 0; i < d->attribute_count; i++) {
        const struct h5_attribute *a = &d->attributes[i];
        sum += strlen(a->object) + strlen(a->name);
        for (uint64_t b = 0; a->value && b < a->count * a->type.size + 1; b++) {
            sum += ((const unsigned char *)a->value)[b];
        }
    }
    return sum;
}

// A copy that ends where the heap block ends, so that sanitizers see overruns.
static int parse(const unsigned char *data, size_t size)
{
    struct h5_description d = {0};
    struct error err = ERROR_INIT;
    unsigned char *copy = malloc(size ? size : 1);
    assert_non_null(copy);
    memcpy(copy, data, size);
    int code = h5_description_parse(&d, copy, size, "x.h5", good.file, good.file_size,
                                    &good.limits, &err);
    if (code == 0) {
        touch(&d);
    } else {
        assert_int_equal(err.code, code);
        assert_non_null(strstr(err.text, "x.h5"));
        assert_null(d.datasets);
    }
    h5_description_clear(&d);
    free(copy);
    return code;
}

static void test_good(void **state)
{
    (void)state;
    struct h5_description d = {0};
    assert_int_equal(h5_description_parse(&d, good.outline, good.size, "good.h5", good.file,
                                          good.file_size, &good.limits, NULL), 0);
    assert_int_equal(d.dataset_count, 18); // 16 tables and 2 splits
    assert_int_equal(d.attribute_count, 11); // 8 of the format and 3 parameters
    for (size_t i = 1; i < d.dataset_count; i++) {
        assert_true(strcmp(d.datasets[i - 1].path, d.datasets[i].path) < 0);
    }
    assert_true(touch(&d) > 0);
    h5_description_clear(&d);
    h5_description_clear(&d);
}

static void test_cut(void **state)
{
    (void)state;
    for (size_t size = 0; size < good.size; size++) {
        assert_int_equal(parse(good.outline, size), ERR_CHILD);
    }
    unsigned char *longer = calloc(good.size + 1, 1);
    memcpy(longer, good.outline, good.size);
    assert_int_equal(parse(longer, good.size + 1), ERR_CHILD);
    free(longer);
}

static void test_every_byte(void **state)
{
    (void)state;
    static const unsigned char changes[] = {0x01, 0x80, 0xff, 0x40};
    size_t refused = 0;
    for (size_t at = 0; at < good.size; at++) {
        unsigned char old = good.outline[at];
        for (size_t c = 0; c < sizeof changes; c++) {
            good.outline[at] = old ^ changes[c];
            int code = parse(good.outline, good.size);
            assert_true(code == 0 || code == ERR_CHILD || code == ERR_FORMAT);
            refused += code < 0;
        }
        good.outline[at] = old;
    }
    assert_true(refused > good.size / 4);
    assert_int_equal(parse(good.outline, good.size), 0);
}

static void test_random_changes(void **state)
{
    (void)state;
    const uint64_t seed = 20261123;
    struct random r;
    random_seed(&r, seed, 0);
    unsigned char *bytes = malloc(good.size);
    assert_non_null(bytes);
    for (int round = 0; round < 20000; round++) {
        memcpy(bytes, good.outline, good.size);
        uint64_t changes = 1 + random_below(&r, 8);
        for (uint64_t i = 0; i < changes; i++) {
            size_t at = (size_t)random_below(&r, good.size);
            static const unsigned char words[] = {0, 1, 0x7f, 0x80, 0xff};
            size_t run = (size_t)random_below(&r, 9);
            unsigned char word = words[random_below(&r, sizeof words)];
            run = run < good.size - at ? run : good.size - at;
            memset(bytes + at, word, run);
        }
        int code = parse(bytes, good.size);
        if (code != 0 && code != ERR_CHILD && code != ERR_FORMAT) {
            fail_msg("round %d of seed %llu: %d", round, (unsigned long long)seed, code);
        }
    }
    free(bytes);
}

// ---- descriptions put together by hand ----

struct maker {
    unsigned char data[512];
    size_t size;
};

static void add(struct maker *m, const void *data, size_t size)
{
    assert_true(size <= sizeof m->data - m->size);
    memcpy(m->data + m->size, data, size);
    m->size += size;
}

static void add_u8(struct maker *m, unsigned value)
{
    uint8_t byte = (uint8_t)value;
    add(m, &byte, 1);
}

static void add_u32(struct maker *m, uint32_t value)
{
    add(m, &value, sizeof value);
}

static void add_u64(struct maker *m, uint64_t value)
{
    add(m, &value, sizeof value);
}

static void add_text(struct maker *m, const char *text)
{
    add_u32(m, (uint32_t)strlen(text));
    add(m, text, strlen(text) + 1);
}

static void add_dataset(struct maker *m, const char *path, enum h5_kind kind, uint64_t size,
                        uint64_t dim, uint64_t offset, uint64_t storage)
{
    add_u8(m, 'D');
    add_text(m, path);
    add_u8(m, kind);
    add_u64(m, size);
    add_u32(m, 0);
    add_u8(m, 1);
    add_u64(m, dim);
    add_u8(m, 1);
    add_u64(m, offset);
    add_u64(m, storage);
}

static struct maker begin(void)
{
    struct maker m = {.size = 0};
    add_u32(&m, OUTLINE_VERSION);
    return m;
}

static int end(struct maker *m)
{
    add_u8(m, 'E');
    return parse(m->data, m->size);
}

static int one_dataset(const char *path, enum h5_kind kind, uint64_t size, uint64_t dim,
                       uint64_t offset, uint64_t storage)
{
    struct maker m = begin();
    add_dataset(&m, path, kind, size, dim, offset, storage);
    return end(&m);
}

static void test_places(void **state)
{
    (void)state;
    uint64_t file = good.file_size;
    assert_int_equal(one_dataset("/a", KIND_U32, 4, 10, 96, 40), 0);
    assert_int_equal(one_dataset("/a", KIND_U32, 4, 10, file - 40, 40), 0);
    assert_int_equal(one_dataset("/a", KIND_U32, 4, 10, file - 39, 40), ERR_FORMAT);
    assert_int_equal(one_dataset("/a", KIND_U32, 4, 10, UINT64_MAX - 8, 40), ERR_FORMAT);
    assert_int_equal(one_dataset("/a", KIND_U32, 4, 10, 96, 44), ERR_FORMAT);
    assert_int_equal(one_dataset("/a", KIND_U32, 4, (uint64_t)1 << 62, 96, 0), ERR_FORMAT);
    assert_int_equal(one_dataset("/a", KIND_U32, 4, UINT64_MAX, 96, 40), ERR_FORMAT);
    assert_int_equal(one_dataset("/a", KIND_U32, 4, 0, UINT64_MAX, 0), 0);
    assert_int_equal(one_dataset("/a", KIND_U32, 8, 10, 96, 80), ERR_CHILD);
    assert_int_equal(one_dataset("/a", KIND_TEXT, 0, 10, 96, 0), ERR_CHILD);
    assert_int_equal(one_dataset("/a", KIND_COUNT, 1, 10, 96, 10), ERR_CHILD);
    assert_int_equal(one_dataset("a", KIND_U8, 1, 10, 96, 10), ERR_CHILD);
}

static int one_enum(const char *a, uint64_t x, const char *b, uint64_t y, enum h5_kind kind)
{
    struct maker m = begin();
    add_u8(&m, 'A');
    add_text(&m, "/");
    add_text(&m, "name");
    add_u8(&m, kind);
    add_u64(&m, h5_kind_size(kind));
    add_u32(&m, 2);
    add_text(&m, a);
    add_u64(&m, x);
    add_text(&m, b);
    add_u64(&m, y);
    add_u64(&m, 0);
    return end(&m);
}

static void test_twice(void **state)
{
    (void)state;
    struct maker m = begin();
    add_dataset(&m, "/a", KIND_U8, 1, 8, 96, 8);
    add_dataset(&m, "/b", KIND_U8, 1, 8, 96, 8);
    struct maker same = m;
    assert_int_equal(end(&m), 0);
    add_dataset(&same, "/a", KIND_U8, 1, 8, 96, 8);
    assert_int_equal(end(&same), ERR_FORMAT);
    assert_int_equal(one_enum("a", 1, "b", 0, KIND_U8), 0);
    assert_int_equal(one_enum("a", 1, "a", 0, KIND_U8), ERR_FORMAT);
    assert_int_equal(one_enum("a", 7, "b", 7, KIND_U8), ERR_FORMAT);
    assert_int_equal(one_enum("a", 1, "b", 256, KIND_U8), ERR_CHILD);
    assert_int_equal(one_enum("a", 1, "b", UINT64_MAX, KIND_U64), 0);
    assert_int_equal(one_enum("a", 1, "b", 0, KIND_F32), ERR_CHILD);
}

static void test_too_many(void **state)
{
    (void)state;
    struct h5_limits old = good.limits;
    good.limits.objects = 17;
    assert_int_equal(parse(good.outline, good.size), ERR_CHILD);
    good.limits.objects = 18;
    assert_int_equal(parse(good.outline, good.size), 0);
    good.limits.attributes = 10;
    assert_int_equal(parse(good.outline, good.size), ERR_CHILD);
    good.limits = old;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_good),   cmocka_unit_test(test_cut),
        cmocka_unit_test(test_every_byte), cmocka_unit_test(test_random_changes),
        cmocka_unit_test(test_places), cmocka_unit_test(test_twice),
        cmocka_unit_test(test_too_many),
    };
    return cmocka_run_group_tests(tests, make_good, drop_good);
}
