#include "formats/label_csv.h"
#include "formats/label_mat.h"
#include "core/base/io.h"
#include "core/base/random.h"
#include "tree_fixture.h"

#include <matio.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static void test_csv(void **state)
{
    (void)state;
    struct error err = ERROR_INIT;
    struct label_table table;
    tree_put("l.csv", "source,clip,extra,label,class\r\n"
             "v_A_g02_c01,00002,x,1,\"A, \"\"the\"\" first\"\r\n"
             "v_B_g01_c01,00001,,7,B\r\n");
    assert_int_equal(label_csv_read(&table, "l.csv", &err), 0);
    assert_int_equal(table.count, 2);
    assert_string_equal(table.rows[0].clip, "00001");
    assert_int_equal(table.rows[0].label, 7);
    const struct label_row *row = label_table_find(&table, "00002");
    assert_ptr_equal(row, &table.rows[1]);
    assert_int_equal(row->label, 1);
    assert_string_equal(row->class_name, "A, \"the\" first");
    assert_string_equal(row->source, "v_A_g02_c01");
    assert_null(label_table_find(&table, "2"));
    label_table_free(&table);

    tree_put("l.csv", "clip,label\n1,65534");
    assert_int_equal(label_csv_read(&table, "l.csv", &err), 0);
    assert_int_equal(table.count, 1);
    assert_string_equal(table.rows[0].class_name, "");
    assert_string_equal(table.rows[0].source, "");
    label_table_free(&table);

    tree_put("l.csv", "clip,label\n");
    assert_int_equal(label_csv_read(&table, "l.csv", &err), 0);
    assert_null(label_table_find(&table, "1"));
    label_table_free(&table);
}

static void test_bad_csv(void **state)
{
    (void)state;
    static const char *const bad[][2] = {
        {"", "first line must name"},
        {"clip,class\n1,A\n", "first line must name"},
        {"\"clip,label\n1,1\n", "first line must name"},
        {"clip,label\n1\n", "line 2: 2 fields"},
        {"clip,label\n1,1,1\n", "line 2: 2 fields"},
        {"clip,label\n1,0\n", "line 2: the label '0'"},
        {"clip,label\n1,65535\n", "line 2: the label '65535'"},
        {"clip,label\n1,1.5\n", "line 2: the label '1.5'"},
        {"clip,label\n1,\n", "line 2: the label ''"},
        {"clip,label\n1,1\n1,2\n", "'1' stands there twice"},
        {"clip,label,class\n1,1,\n", "is empty"},
        {"clip,label\n1,\"1\n", "line 2: 2 fields"},
        {"clip,label\n1,\"1\"2\n", "line 2: 2 fields"},
    };
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        struct error err = ERROR_INIT;
        struct label_table table = {0};
        tree_put("l.csv", bad[i][0]);
        int code = label_csv_read(&table, "l.csv", &err);
        assert_error(&err, code, ERR_FORMAT, "l.csv", bad[i][1]);
        assert_null(table.rows);
    }
}

// A file with vectors `trLb` (3 2 1 ... as a column) and, if asked for, others.
static void write_mat(const char *path, enum mat_ft version, enum matio_compression compression,
                      double *values, size_t rows, size_t columns)
{
    mat_t *file = Mat_CreateVer(path, NULL, version);
    assert_non_null(file);
    size_t dims[2] = {rows, columns};
    matvar_t *variable = Mat_VarCreate("trLb", MAT_C_DOUBLE, MAT_T_DOUBLE, 2, dims, values, 0);
    assert_non_null(variable);
    assert_int_equal(Mat_VarWrite(file, variable, compression), 0);
    Mat_VarFree(variable);
    Mat_Close(file);
}

static int read_mat(struct label_vector vectors[2], const char *path, struct error *err)
{
    struct sandbox sandbox = sandbox_defaults();
    vectors[0] = (struct label_vector){.name = "trLb"};
    vectors[1] = (struct label_vector){.name = "valLb"};
    return label_mat_read(vectors, 2, path, &sandbox, err);
}

static void test_mat(void **state)
{
    (void)state;
    static const size_t shapes[][2] = {{5, 1}, {1, 5}};
    for (int compressed = 0; compressed < 2; compressed++) {
        for (int s = 0; s < 2; s++) {
            double values[] = {3, 2, 1, 65534, 2};
            struct error err = ERROR_INIT;
            struct label_vector v[2];
            write_mat("a.mat", MAT_FT_MAT5, compressed ? MAT_COMPRESSION_ZLIB
                      : MAT_COMPRESSION_NONE, values, shapes[s][0], shapes[s][1]);
            assert_int_equal(read_mat(v, "a.mat", &err), 0);
            assert_int_equal(v[0].count, 5);
            for (int i = 0; i < 5; i++) {
                assert_int_equal(v[0].labels[i], (int)values[i]);
            }
            assert_int_equal(v[1].count, 0);
            assert_null(v[1].labels);
            free(v[0].labels);
        }
    }
}

static void expect_bad_mat(double *values, size_t rows, size_t columns, const char *why)
{
    struct error err = ERROR_INIT;
    struct label_vector v[2];
    write_mat("bad.mat", MAT_FT_MAT5, MAT_COMPRESSION_NONE, values, rows, columns);
    int code = read_mat(v, "bad.mat", &err);
    assert_error(&err, code, ERR_FORMAT, "bad.mat", why);
    assert_null(v[0].labels);
}

static void test_bad_mat_values(void **state)
{
    (void)state;
    expect_bad_mat((double[]){1, 2, 3, 4}, 2, 2, "not a row or column");
    expect_bad_mat((double[]){1, 0}, 2, 1, "element 2 of 'trLb' is 0");
    expect_bad_mat((double[]){1, 2.5}, 2, 1, "element 2 of 'trLb' is 2.5");
    expect_bad_mat((double[]){65535}, 1, 1, "65535");
    expect_bad_mat((double[]){-1}, 1, 1, "is -1");
    expect_bad_mat((double[]){0.0 / 0.0}, 1, 1, "element 1");
    expect_bad_mat((double[]){1.0 / 0.0}, 1, 1, "element 1");
}

static void test_other_files(void **state)
{
    (void)state;
    struct error err = ERROR_INIT;
    struct label_vector v[2];
    double values[] = {1, 2};
    int code = read_mat(v, "absent.mat", &err);
    assert_error(&err, code, ERR_IO, "absent.mat", "No such file");
    err = (struct error)ERROR_INIT;
    write_mat("new.mat", MAT_FT_MAT73, MAT_COMPRESSION_NONE, values, 2, 1);
    code = read_mat(v, "new.mat", &err);
    assert_error(&err, code, ERR_VERSION, "new.mat", "version 7.3");
    err = (struct error)ERROR_INIT;
    write_mat("old.mat", MAT_FT_MAT4, MAT_COMPRESSION_NONE, values, 2, 1);
    code = read_mat(v, "old.mat", &err);
    assert_error(&err, code, ERR_FORMAT, "old.mat", "version 5");
    err = (struct error)ERROR_INIT;
    tree_put("short.mat", "MATLAB 5.0");
    code = read_mat(v, "short.mat", &err);
    assert_error(&err, code, ERR_FORMAT, "short.mat", "10 bytes");
}

// Whatever is done to the file: an error, or labels in range. The call itself
// must come back.
static void test_damaged_mat(void **state)
{
    (void)state;
    double values[40];
    for (int i = 0; i < 40; i++) {
        values[i] = i + 1;
    }
    for (int compressed = 0; compressed < 2; compressed++) {
        struct error err = ERROR_INIT;
        struct random random;
        char *data;
        size_t size;
        write_mat("w.mat", MAT_FT_MAT5, compressed ? MAT_COMPRESSION_ZLIB : MAT_COMPRESSION_NONE,
                  values, 40, 1);
        assert_int_equal(io_read_file(&data, &size, "w.mat", 1 << 20, &err), 0);
        random_seed(&random, 1, (uint64_t)compressed);
        int refused = 0;
        for (int round = 0; round < 150; round++) {
            size_t length = size;
            size_t at = 128 + random_below(&random, size - 128);
            char saved = data[at];
            if (round % 3 == 0) {
                length = at; // cut short
            } else {
                data[at] = (char)random_u64(&random);
            }
            tree_put_bytes("d.mat", data, length);
            data[at] = saved;
            struct label_vector v[2];
            err = (struct error)ERROR_INIT;
            int code = read_mat(v, "d.mat", &err);
            refused += code < 0;
            for (size_t i = 0; code == 0 && i < v[0].count; i++) {
                assert_in_range(v[0].labels[i], 1, 65534);
            }
            if (code < 0) {
                assert_non_null(strstr(err.text, "d.mat"));
            } else {
                free(v[0].labels);
                free(v[1].labels);
            }
        }
        assert_true(refused > 10); // the damage was real
        free(data);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_csv, tree_enter, tree_leave),
        cmocka_unit_test_setup_teardown(test_bad_csv, tree_enter, tree_leave),
        cmocka_unit_test_setup_teardown(test_mat, tree_enter, tree_leave),
        cmocka_unit_test_setup_teardown(test_bad_mat_values, tree_enter, tree_leave),
        cmocka_unit_test_setup_teardown(test_other_files, tree_enter, tree_leave),
        cmocka_unit_test_setup_teardown(test_damaged_mat, tree_enter, tree_leave),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
