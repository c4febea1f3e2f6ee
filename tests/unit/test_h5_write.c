#include "core/base/io.h"
#include "formats/h5_file.h"
#include "formats/h5_write.h"
#include "tests/unit/pack_fixture.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

static const struct h5_member colours[] = {{"red", 0}, {"green", 300}, {"blue", 65535}};

static void must(int code, const struct error *err)
{
    if (code < 0) {
        fail_msg("%s", err->text);
    }
}

static void write_sample(const char *path)
{
    struct error err = ERROR_INIT;
    struct h5_writer *w = NULL;
    const uint64_t three = 3, none = 0, grid[] = {2, 3};
    const uint16_t codes[] = {65535, 0, 300};
    const float weights[] = {1.5f, -2, 0, 1e30f, -0.0f, 7};
    const char words[3][8] = {"a", "bcd", "\xc3\xa9t\xc3\xa9"};
    const double one = 0.1;
    must(h5_write_open(&w, path, &err), &err);
    struct h5_type type = {KIND_U16, 2, colours, 3};
    must(h5_write_dataset(w, "/colour", &type, 1, &three, codes, NULL, &err), &err);
    must(h5_write_group(w, "/net", &err), &err);
    type = h5_type_plain(KIND_U8);
    must(h5_write_dataset(w, "/net/odd", &type, 1, &three, "xyz", NULL, &err), &err);
    type = h5_type_plain(KIND_F32);
    must(h5_write_dataset(w, "/net/0.weight", &type, 2, grid, weights, NULL, &err), &err);
    type = h5_type_text(8);
    must(h5_write_dataset(w, "/words", &type, 1, &three, words, NULL, &err), &err);
    type = h5_type_plain(KIND_F64);
    must(h5_write_dataset(w, "/one", &type, 0, NULL, &one, NULL, &err), &err);
    type = h5_type_plain(KIND_U32);
    uint64_t offset = 1;
    must(h5_write_dataset(w, "/none", &type, 1, &none, NULL, &offset, &err), &err);
    assert_int_equal(offset, 0);
    must(h5_write_text(w, "/", "format", "a test", &err), &err);
    must(h5_write_text(w, "/", "empty", "", &err), &err);
    must(h5_write_u64(w, "/", "big", UINT64_MAX, &err), &err);
    must(h5_write_f64(w, "/net", "rate", 1e-4, &err), &err);
    must(h5_write_u64(w, "/net/0.weight", "step", 50, &err), &err);
    must(h5_write_close(&w, &err), &err);
    assert_null(w);
}

static struct h5_file *open_file(const char *path)
{
    struct error err = ERROR_INIT;
    struct h5_file *file = NULL;
    struct sandbox sandbox = sandbox_defaults();
    must(h5_file_open(&file, path, &sandbox, NULL, &err), &err);
    return file;
}

static void test_round_trip(void **state)
{
    (void)state;
    write_sample("s.h5");
    struct error err = ERROR_INIT;
    struct h5_file *f = open_file("s.h5");
    const struct h5_dataset *d = NULL;
    const uint64_t three = 3, grid[] = {2, 3};
    must(h5_file_require(&d, f, "/colour", KIND_U16, 1, &three, &err), &err);
    assert_int_equal(d->type.member_count, 3);
    assert_string_equal(d->type.members[1].name, "green");
    assert_int_equal(d->type.members[1].value, 300);
    assert_int_equal(((const uint16_t *)d->data)[0], 65535);
    must(h5_file_require(&d, f, "/net/0.weight", KIND_F32, 2, grid, &err), &err);
    assert_true(((const float *)d->data)[3] == 1e30f);
    must(h5_file_require(&d, f, "/words", KIND_TEXT, 1, NULL, &err), &err);
    must(h5_file_check_texts(f, d, &err), &err);
    assert_string_equal(h5_dataset_text(d, 2), "\xc3\xa9t\xc3\xa9");
    must(h5_file_require(&d, f, "/one", KIND_F64, 0, NULL, &err), &err);
    assert_true(*(const double *)d->data == 0.1);
    must(h5_file_require(&d, f, "/none", KIND_U32, 1, NULL, &err), &err);
    assert_int_equal(d->count, 0);
    assert_non_null(d->data);
    const char *text = NULL;
    uint64_t number = 0;
    double rate = 0;
    must(h5_file_text(&text, f, "/", "format", &err), &err);
    assert_string_equal(text, "a test");
    must(h5_file_text(&text, f, "/", "empty", &err), &err);
    assert_string_equal(text, "");
    must(h5_file_u64(&number, f, "/", "big", &err), &err);
    assert_true(number == UINT64_MAX);
    must(h5_file_u64(&number, f, "/net/0.weight", "step", &err), &err);
    assert_int_equal(number, 50);
    must(h5_file_f64(&rate, f, "/net", "rate", &err), &err);
    assert_true(rate == 1e-4);
    h5_file_close(&f);
    assert_null(f);
}

static void test_alignment(void **state)
{
    (void)state;
    struct error err = ERROR_INIT;
    struct h5_writer *w = NULL;
    must(h5_write_open(&w, "aligned.h5", &err), &err);
    struct h5_type type = h5_type_plain(KIND_U8);
    uint64_t offset = 0, end = 0;
    for (uint64_t size = 1; size < 40; size += 3) {
        char path[16];
        snprintf(path, sizeof path, "/small%d", (int)size);
        must(h5_write_dataset(w, path, &type, 1, &size, NULL, &offset, &err), &err);
        assert_true(offset > 0 && offset % 8 == 0);
        end = offset > end ? offset : end;
    }
    assert_true(end < 8192); // not a page each
    const uint64_t large = 12288;
    must(h5_write_align(w, large, 4096, &err), &err);
    must(h5_write_dataset(w, "/large", &type, 1, &large, NULL, &offset, &err), &err);
    assert_int_equal(offset % 4096, 0);
    must(h5_write_dataset(w, "/larger", &type, 1, &large, NULL, &offset, &err), &err);
    assert_int_equal(offset % 4096, 0);
    must(h5_write_close(&w, &err), &err);
    struct h5_file *f = open_file("aligned.h5");
    for (size_t i = 0; i < h5_file_dataset_count(f); i++) {
        assert_true(h5_dataset_is_aligned(h5_file_dataset(f, i)));
    }
    h5_file_close(&f);
}

// Uninitialised or address-dependent bytes would show in some of many runs,
// with the heap in another state each time.
static void test_same_bytes(void **state)
{
    (void)state;
    size_t size, again_size;
    char *first = NULL, *again = NULL;
    struct error err = ERROR_INIT;
    write_sample("first.h5");
    must(io_read_file(&first, &size, "first.h5", 1 << 20, &err), &err);
    for (int run = 0; run < 200; run++) {
        void *litter[16];
        for (size_t i = 0; i < 16; i++) {
            litter[i] = malloc((size_t)(run + 1) * (i + 3));
            assert_non_null(litter[i]);
            memset(litter[i], run, (size_t)(run + 1) * (i + 3));
        }
        for (size_t i = 0; i < 16; i += 2) {
            free(litter[i]);
        }
        write_sample("again.h5");
        for (size_t i = 1; i < 16; i += 2) {
            free(litter[i]);
        }
        must(io_read_file(&again, &again_size, "again.h5", 1 << 20, &err), &err);
        assert_int_equal(again_size, size);
        assert_memory_equal(again, first, size);
        free(again);
        again = NULL;
    }
    free(first);
}

static void test_overwriting(void **state)
{
    (void)state;
    struct error err = ERROR_INIT;
    struct h5_writer *w = NULL;
    char *before = NULL, *after = NULL;
    size_t size_before, size_after;
    write_sample("o.h5");
    must(io_read_file(&before, &size_before, "o.h5", 1 << 20, &err), &err);
    must(h5_write_reopen(&w, "o.h5", &err), &err);
    must(h5_write_u64(w, "/", "big", 1, &err), &err);
    must(h5_write_text(w, "/", "format", "b test", &err), &err);
    must(h5_write_text(w, "/", "format", "c test", &err), &err);
    assert_int_equal(h5_write_text(w, "/", "format", "longer still", &err), ERR_IO);
    assert_string_equal(err.text, "o.h5: attribute format has another type or size");
    err = (struct error)ERROR_INIT;
    assert_int_equal(h5_write_f64(w, "/", "big", 1, NULL), ERR_IO);
    must(h5_write_text(w, "/", "format", "b test", &err), &err);
    must(h5_write_close(&w, &err), &err);
    must(io_read_file(&after, &size_after, "o.h5", 1 << 20, &err), &err);
    assert_int_equal(size_after, size_before); // in place
    size_t changed = 0;
    for (size_t i = 0; i < size_after; i++) {
        changed += after[i] != before[i];
    }
    assert_int_equal(changed, 8 + 1);
    free(before);
    free(after);
}

static void test_refused(void **state)
{
    (void)state;
    struct error err = ERROR_INIT;
    struct h5_writer *w = NULL;
    assert_int_equal(h5_write_open(&w, "no/such/folder.h5", &err), ERR_IO);
    assert_null(w);
    assert_string_equal(err.text, "no/such/folder.h5: cannot create: No such file or directory");
    err = (struct error)ERROR_INIT;
    must(h5_write_open(&w, "r.h5", &err), &err);
    static char big[70000];
    memset(big, 'x', sizeof big - 1);
    assert_int_equal(h5_write_text(w, "/", "big", big, &err), ERR_VALUE);
    assert_non_null(strstr(err.text, "70000 bytes"));
    big[64999] = 0;
    must(h5_write_text(w, "/", "big", big, &err), &err);
    err = (struct error)ERROR_INIT;
    assert_int_equal(h5_write_group(w, "/a/b", &err), ERR_IO);
    err = (struct error)ERROR_INIT;
    must(h5_write_group(w, "/a", &err), &err);
    assert_int_equal(h5_write_group(w, "/a", &err), ERR_IO);
    h5_write_abandon(&w);
    assert_null(w);
    h5_write_abandon(&w);
}

// The largest enum that is let through is one that libhdf5 can store.
static void test_large_enum(void **state)
{
    (void)state;
    enum { MOST = 4000 };
    static char names[MOST][24];
    static struct h5_member members[MOST];
    for (int i = 0; i < MOST; i++) {
        // Lengths 6 to 13 and so every padding.
        snprintf(names[i], sizeof names[i], "m%05d%.*s", i, i % 8, "abcdefgh");
        members[i] = (struct h5_member){names[i], (uint64_t)i};
    }
    struct h5_type type = {KIND_U64, 8, members, MOST};
    while (h5_type_message_size(&type) <= TYPE_MESSAGE_MAX && type.member_count < MOST) {
        type.member_count++;
    }
    while (h5_type_message_size(&type) > TYPE_MESSAGE_MAX) {
        type.member_count--;
    }
    assert_true(type.member_count > 2000 && type.member_count < MOST);
    struct error err = ERROR_INIT;
    struct h5_writer *w = NULL;
    const uint64_t one = 1, value = 5;
    must(h5_write_open(&w, "enum.h5", &err), &err);
    must(h5_write_dataset(w, "/e", &type, 1, &one, &value, NULL, &err), &err);
    struct h5_type larger = type;
    larger.member_count++;
    assert_int_equal(h5_write_dataset(w, "/f", &larger, 1, &one, &value, NULL, &err), ERR_VALUE);
    err = (struct error)ERROR_INIT;
    must(h5_write_close(&w, &err), &err);
    struct h5_file *f = open_file("enum.h5");
    const struct h5_dataset *d = h5_file_find(f, "/e");
    assert_non_null(d);
    assert_int_equal(d->type.member_count, type.member_count);
    assert_string_equal(d->type.members[1999].name, names[1999]);
    h5_file_close(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_round_trip),  cmocka_unit_test(test_alignment),
        cmocka_unit_test(test_same_bytes),  cmocka_unit_test(test_overwriting),
        cmocka_unit_test(test_refused),     cmocka_unit_test(test_large_enum),
    };
    return cmocka_run_group_tests(tests, fixture_enter, fixture_leave);
}
