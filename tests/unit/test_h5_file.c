/* HDF5 files as other programs write them, through the sandboxed reader. */

#include "formats/h5_file.h"
#include "tests/unit/pack_fixture.h"

#include <hdf5.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

static void put_dataset(hid_t at, const char *name, hid_t type, int rank, const hsize_t *dims,
                        hid_t list, const void *data)
{
    hid_t space = rank < 0 ? H5Screate(H5S_NULL) : H5Screate_simple(rank, dims, NULL);
    hid_t set = H5Dcreate2(at, name, type, space, H5P_DEFAULT, list, H5P_DEFAULT);
    assert_true(set >= 0);
    if (data) {
        assert_true(H5Dwrite(set, type, H5S_ALL, H5S_ALL, H5P_DEFAULT, data) >= 0);
    }
    H5Dclose(set);
    H5Sclose(space);
}

static void put_attribute(hid_t at, const char *name, hid_t type, hsize_t count,
                          const void *value)
{
    hid_t space = count == 1 ? H5Screate(H5S_SCALAR) : H5Screate_simple(1, &count, NULL);
    hid_t attribute = H5Acreate2(at, name, type, space, H5P_DEFAULT, H5P_DEFAULT);
    assert_true(attribute >= 0);
    assert_true(H5Awrite(attribute, type, value) >= 0);
    H5Aclose(attribute);
    H5Sclose(space);
}

static hid_t text_type(size_t size, H5T_str_t padding)
{
    hid_t type = H5Tcopy(H5T_C_S1);
    H5Tset_size(type, size);
    H5Tset_strpad(type, padding);
    return type;
}

static void write_layouts(hid_t file)
{
    const hsize_t four = 4, nothing = 0;
    const uint32_t data[4] = {1, 2, 3, 4};
    put_dataset(file, "plain", H5T_STD_U32LE, 1, &four, H5P_DEFAULT, data);
    put_dataset(file, "late", H5T_STD_U32LE, 1, &four, H5P_DEFAULT, NULL);
    put_dataset(file, "big endian", H5T_STD_U32BE, 1, &four, H5P_DEFAULT, data);
    put_dataset(file, "empty", H5T_STD_U32LE, 1, &nothing, H5P_DEFAULT, NULL);
    put_dataset(file, "null", H5T_STD_U32LE, -1, NULL, H5P_DEFAULT, NULL);
    hid_t list = H5Pcreate(H5P_DATASET_CREATE);
    H5Pset_chunk(list, 1, &four);
    put_dataset(file, "chunked", H5T_STD_U32LE, 1, &four, list, data);
    H5Pset_layout(list, H5D_COMPACT);
    put_dataset(file, "compact", H5T_STD_U32LE, 1, &four, list, data);
    H5Pset_layout(list, H5D_CONTIGUOUS);
    H5Pset_external(list, "/etc/passwd", 0, 16);
    put_dataset(file, "external", H5T_STD_U32LE, 1, &four, list, NULL);
    H5Pclose(list);
    hid_t pair = H5Tcreate(H5T_COMPOUND, 8);
    H5Tinsert(pair, "x", 0, H5T_STD_U32LE);
    H5Tinsert(pair, "y", 4, H5T_STD_U32LE);
    put_dataset(file, "pair", pair, 1, &four, H5P_DEFAULT, NULL);
    H5Tcommit2(file, "named type", pair, H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT);
    H5Tclose(pair);
    hid_t text = text_type(4, H5T_STR_NULLPAD);
    put_dataset(file, "texts", text, 1, &four, H5P_DEFAULT, "one\0two\0six\0four");
    H5Tclose(text);
}

static void write_attributes(hid_t file)
{
    const int8_t minus = -3;
    const int16_t plus = 1234;
    const uint32_t two[] = {7, 8};
    const float half = 0.5f;
    const int64_t huge = ((int64_t)1 << 60) + 1;
    const char *varying = "of any length";
    put_attribute(file, "minus", H5T_STD_I8LE, 1, &minus);
    put_attribute(file, "plus", H5T_STD_I16LE, 1, &plus);
    put_attribute(file, "two", H5T_STD_U32LE, 2, two);
    put_attribute(file, "half", H5T_IEEE_F32LE, 1, &half);
    put_attribute(file, "huge", H5T_STD_I64LE, 1, &huge);
    hid_t text = text_type(3, H5T_STR_NULLPAD);
    put_attribute(file, "no NUL", text, 1, "abc");
    H5Tclose(text);
    text = text_type(H5T_VARIABLE, H5T_STR_NULLTERM);
    put_attribute(file, "varying", text, 1, &varying);
    H5Tclose(text);
}

static int make_files(void **state)
{
    if (fixture_enter(state) != 0) {
        return -1;
    }
    hid_t file = H5Fcreate("odd.h5", H5F_ACC_TRUNC, H5P_DEFAULT, H5P_DEFAULT);
    write_layouts(file);
    write_attributes(file);
    hid_t group = H5Gcreate2(file, "group", H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT);
    const double deep = 2.5;
    put_attribute(group, "deep", H5T_IEEE_F64LE, 1, &deep);
    H5Lcreate_soft("/plain", file, "soft", H5P_DEFAULT, H5P_DEFAULT);
    H5Lcreate_soft("/nowhere", file, "dangling", H5P_DEFAULT, H5P_DEFAULT);
    H5Lcreate_external("/etc/passwd", "/", file, "outside", H5P_DEFAULT, H5P_DEFAULT);
    H5Lcreate_hard(file, "/plain", group, "again", H5P_DEFAULT, H5P_DEFAULT);
    H5Gclose(group);
    H5Fclose(file);

    file = H5Fcreate("cycle.h5", H5F_ACC_TRUNC, H5P_DEFAULT, H5P_DEFAULT);
    group = H5Gcreate2(file, "a", H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT);
    H5Lcreate_hard(file, "/", group, "top", H5P_DEFAULT, H5P_DEFAULT);
    H5Gclose(group);
    H5Fclose(file);

    hid_t list = H5Pcreate(H5P_FILE_CREATE);
    H5Pset_userblock(list, 1024);
    file = H5Fcreate("userblock.h5", H5F_ACC_TRUNC, list, H5P_DEFAULT);
    write_layouts(file);
    H5Fclose(file);
    H5Pclose(list);

    list = H5Pcreate(H5P_FILE_ACCESS);
    H5Pset_libver_bounds(list, H5F_LIBVER_LATEST, H5F_LIBVER_LATEST);
    file = H5Fcreate("latest.h5", H5F_ACC_TRUNC, H5P_DEFAULT, list);
    write_layouts(file);
    H5Fclose(file);
    H5Pclose(list);
    return 0;
}

static struct h5_file *open_file(const char *path)
{
    struct error err = ERROR_INIT;
    struct h5_file *file = NULL;
    struct sandbox sandbox = sandbox_defaults();
    if (h5_file_open(&file, path, &sandbox, NULL, &err) < 0) {
        fail_msg("%s", err.text);
    }
    return file;
}

static void check_layouts(const char *path)
{
    struct h5_file *f = open_file(path);
    const uint32_t data[4] = {1, 2, 3, 4};
    const struct h5_dataset *d = NULL;
    struct error err = ERROR_INIT;
    assert_int_equal(h5_file_require(&d, f, "/plain", KIND_U32, 1, NULL, &err), 0);
    assert_memory_equal(d->data, data, sizeof data);
    assert_int_equal(h5_file_require(&d, f, "/empty", KIND_U32, 1, NULL, &err), 0);
    assert_int_equal(d->count, 0);
    static const char *const unmapped[] = {"/late", "/chunked", "/compact", "/external"};
    for (size_t i = 0; i < sizeof unmapped / sizeof unmapped[0]; i++) {
        err = (struct error)ERROR_INIT;
        assert_int_equal(h5_file_require(&d, f, unmapped[i], KIND_U32, 1, NULL, &err),
                         ERR_FORMAT);
        assert_non_null(strstr(err.text, "contiguous"));
        assert_non_null(strstr(err.text, unmapped[i]));
    }
    assert_int_equal(h5_file_find(f, "/big endian")->type.kind, KIND_OTHER);
    assert_int_equal(h5_file_find(f, "/pair")->type.kind, KIND_OTHER);
    assert_null(h5_file_find(f, "/pair")->data);
    assert_null(h5_file_find(f, "/named type"));
    assert_int_equal(h5_file_find(f, "/null")->count, 0);
    d = h5_file_find(f, "/texts");
    assert_string_equal(h5_dataset_text(d, 1), "two");
    err = (struct error)ERROR_INIT;
    assert_int_equal(h5_file_check_texts(f, d, &err), ERR_FORMAT);
    assert_non_null(strstr(err.text, "text 3 has no end"));
    h5_file_close(&f);
}

static void test_layouts(void **state)
{
    (void)state;
    check_layouts("odd.h5");
    check_layouts("userblock.h5");
    check_layouts("latest.h5");
}

static void test_links(void **state)
{
    (void)state;
    struct h5_file *f = open_file("odd.h5");
    assert_null(h5_file_find(f, "/soft"));
    assert_null(h5_file_find(f, "/outside"));
    assert_non_null(h5_file_find(f, "/group/again"));
    assert_ptr_equal(h5_file_find(f, "/group/again")->data, h5_file_find(f, "/plain")->data);
    h5_file_close(&f);
    struct error err = ERROR_INIT;
    struct sandbox sandbox = sandbox_defaults();
    assert_int_equal(h5_file_open(&f, "cycle.h5", &sandbox, NULL, &err), ERR_FORMAT);
    assert_non_null(strstr(err.text, "8 groups within each other"));
}

static void assert_no_u64(const struct h5_file *f, const char *name, const char *why)
{
    struct error err = ERROR_INIT;
    uint64_t number = 77;
    assert_int_equal(h5_file_u64(&number, f, "/", name, &err), ERR_FORMAT);
    assert_int_equal(number, 77);
    if (!strstr(err.text, why) || !strstr(err.text, "odd.h5") || !strstr(err.text, name)) {
        fail_msg("\"%s\" does not say \"%s\"", err.text, why);
    }
}

static void test_attributes(void **state)
{
    (void)state;
    struct h5_file *f = open_file("odd.h5");
    uint64_t number = 0;
    double real = 0;
    const char *text = NULL;
    assert_int_equal(h5_file_u64(&number, f, "/", "plus", NULL), 0);
    assert_int_equal(number, 1234);
    assert_no_u64(f, "minus", "negative (-3)");
    assert_no_u64(f, "two", "not one value");
    assert_no_u64(f, "half", "f32");
    assert_no_u64(f, "absent", "has no attribute");
    assert_no_u64(f, "varying", "of another type");
    assert_int_equal(h5_file_f64(&real, f, "/", "half", NULL), 0);
    assert_true(real == 0.5);
    assert_int_equal(h5_file_f64(&real, f, "/", "minus", NULL), 0);
    assert_true(real == -3);
    assert_int_equal(h5_file_f64(&real, f, "/group", "deep", NULL), 0);
    assert_true(real == 2.5);
    assert_int_equal(h5_file_f64(&real, f, "/", "huge", NULL), ERR_FORMAT);
    assert_int_equal(h5_file_f64(&real, f, "/", "no NUL", NULL), ERR_FORMAT);
    assert_int_equal(h5_file_text(&text, f, "/", "no NUL", NULL), 0);
    assert_string_equal(text, "abc");
    assert_int_equal(h5_file_text(&text, f, "/", "plus", NULL), ERR_FORMAT);
    const struct h5_attribute *two = h5_file_find_attribute(f, "/", "two");
    assert_int_equal(two->count, 2);
    assert_int_equal(((const uint32_t *)two->value)[1], 8);
    assert_null(h5_file_find_attribute(f, "/", "varying")->value);
    h5_file_close(&f);
}

static void test_require(void **state)
{
    (void)state;
    struct h5_file *f = open_file("odd.h5");
    const struct h5_dataset *d = NULL;
    const uint64_t five = 5, any = DIM_ANY;
    struct error err = ERROR_INIT;
    assert_int_equal(h5_file_require(&d, f, "/plain", KIND_U32, 1, &any, &err), 0);
    d = NULL;
    assert_int_equal(h5_file_require(&d, f, "/plain", KIND_U32, 1, &five, &err), ERR_FORMAT);
    assert_string_equal(err.text, "odd.h5: /plain is u32 [4], should be u32 [5]");
    err = (struct error)ERROR_INIT;
    assert_int_equal(h5_file_require(&d, f, "/plain", KIND_F64, 2, NULL, &err), ERR_FORMAT);
    assert_string_equal(err.text, "odd.h5: /plain is u32 [4], should be f64 [][]");
    err = (struct error)ERROR_INIT;
    assert_int_equal(h5_file_require(&d, f, "/no\n", KIND_U8, 0, NULL, &err), ERR_FORMAT);
    assert_string_equal(err.text, "odd.h5: has no /no\\x0a (u8)");
    assert_null(d);
    h5_file_close(&f);
}

static void assert_beyond(struct h5_limits limits, const char *why)
{
    struct error err = ERROR_INIT;
    struct sandbox sandbox = sandbox_defaults();
    struct h5_file *f = NULL;
    assert_int_equal(h5_file_open(&f, "odd.h5", &sandbox, &limits, &err), ERR_FORMAT);
    assert_null(f);
    if (!strstr(err.text, why)) {
        fail_msg("\"%s\" does not say \"%s\"", err.text, why);
    }
}

static void test_limits(void **state)
{
    (void)state;
    struct h5_limits limits = h5_limits_defaults();
    limits.objects = 5;
    assert_beyond(limits, "more than 5 objects");
    limits = h5_limits_defaults();
    limits.attributes = 3;
    assert_beyond(limits, "more than 3 attributes");
    limits = h5_limits_defaults();
    limits.depth = 0;
    assert_beyond(limits, "more than 0 groups");
    limits = h5_limits_defaults();
    limits.description = 300;
    assert_beyond(limits, "more than 300 bytes of description");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_layouts),    cmocka_unit_test(test_links),
        cmocka_unit_test(test_attributes), cmocka_unit_test(test_require),
        cmocka_unit_test(test_limits),
    };
    return cmocka_run_group_tests(tests, make_files, fixture_leave);
}
