#include "formats/pack.h"
#include "tools/extract/tutorial.h"
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

static void put_images(void)
{
    tree_put("d/trainClips/00001/1.jpg", "");
    tree_put("d/trainClips/00002/1.jpg", "");
    tree_put("d/trainClips/junk/1.jpg", "");
    tree_put("d/valClips/00001/1.jpg", "");
    tree_put("d/testClips/00001/1.jpg", "");
}

static void put_csv(void)
{
    tree_put("d/train_labels.csv", "clip,label,class,source\n00001,2,Dive,v_Dive_g11_c01\n"
             "00002,1,Shoot,v_Shoot_g12_c04\n00003,1,Shoot,v_Shoot_g12_c05\n");
    tree_put("d/val_labels.csv", "clip,label,class,source\n00001,2,Dive,v_Dive_g07_c01\n");
}

static void put_mat(double *train, size_t train_count, double *val, size_t val_count)
{
    const struct {
        const char *name;
        double *values;
        size_t count;
    } vectors[] = {{"trLb", train, train_count}, {"valLb", val, val_count}};
    mat_t *file = Mat_CreateVer("d/q3_2_data.mat", NULL, MAT_FT_MAT5);
    assert_non_null(file);
    for (int i = 0; i < 2; i++) {
        size_t dims[2] = {vectors[i].count, 1};
        matvar_t *variable = Mat_VarCreate(vectors[i].name, MAT_C_DOUBLE, MAT_T_DOUBLE, 2, dims,
                                           vectors[i].values, 0);
        assert_int_equal(Mat_VarWrite(file, variable, MAT_COMPRESSION_NONE), 0);
        Mat_VarFree(variable);
    }
    Mat_Close(file);
}

static int find(struct source *ret, const struct class_list *names, struct error *err)
{
    struct sandbox sandbox = sandbox_defaults();
    return tutorial_find(ret, "d", names, &sandbox, err);
}

static void expect_failure(const struct class_list *names, int expected, const char *text,
                           const char *other)
{
    struct error err = ERROR_INIT;
    struct source source;
    assert_error(&err, find(&source, names, &err), expected, text, other);
}

static void expect_clips(const struct source *source, const char *expected)
{
    char text[2048] = "";
    size_t used = 0;
    for (size_t i = 0; i < source->count; i++) {
        const struct source_clip *clip = &source->clips[i];
        const char *class_name = clip->class_id == SOURCE_UNLABELLED
            ? "-" : source->classes.names[clip->class_id];
        used += (size_t)snprintf(text + used, sizeof text - used, "%s %s %s %s\n", clip->path,
                                 class_name, clip->group, pack_part_name(clip->part));
    }
    assert_string_equal(text, expected);
}

static void test_csv_labels(void **state)
{
    (void)state;
    struct error err = ERROR_INIT;
    struct source source;
    put_images();
    put_csv();
    assert_int_equal(find(&source, NULL, &err), 0);
    expect_clips(&source,
                 "trainClips/00001 Dive g11 train\n"
                 "trainClips/00002 Shoot g12 train\n"
                 "trainClips/00003 Shoot g12 train\n" // labelled, but not there
                 "valClips/00001 Dive g07 val\n"
                 "testClips/00001 -  test\n");
    assert_true(source.classes_in_order);
    assert_string_equal(source.classes.names[0], "Shoot"); // label 1
    assert_int_equal(source.images, 3);
    assert_int_equal(source.others.count, 1);
    assert_string_equal(source.others.first, "d/trainClips/junk");
    char name[64];
    assert_int_equal(source_file_name(&source, &source.clips[1], 3, name, sizeof name, &err), 0);
    assert_string_equal(name, "d/trainClips/00002/3.jpg");
    source_free(&source);

    tree_put("d/trainClips/00004/1.jpg", "");
    expect_failure(NULL, ERR_FORMAT, "trainClips/00004 has no label", "train_labels.csv");
}

static void test_mat_labels(void **state)
{
    (void)state;
    struct error err = ERROR_INIT;
    struct source source;
    put_images();
    put_mat((double[]){2, 1, 1}, 3, (double[]){2}, 1);
    assert_int_equal(find(&source, NULL, &err), 0);
    expect_clips(&source,
                 "trainClips/00001 2  train\n"
                 "trainClips/00002 1  train\n"
                 "trainClips/00003 1  train\n"
                 "valClips/00001 2  val\n"
                 "testClips/00001 -  test\n");
    source_free(&source);

    struct class_list list;
    assert_int_equal(class_list_parse(&list, "Shoot,Dive", "--classes", &err), 0);
    assert_int_equal(find(&source, &list, &err), 0);
    expect_clips(&source,
                 "trainClips/00001 Dive  train\n"
                 "trainClips/00002 Shoot  train\n"
                 "trainClips/00003 Shoot  train\n"
                 "valClips/00001 Dive  val\n"
                 "testClips/00001 -  test\n");
    source_free(&source);
    class_list_free(&list);
    assert_int_equal(class_list_parse(&list, "Shoot,Dive,More", "--classes", &err), 0);
    expect_failure(&list, ERR_VALUE, "3 names for the 2 classes", "d");
    class_list_free(&list);
}

static void test_both_must_agree(void **state)
{
    (void)state;
    struct error err = ERROR_INIT;
    struct source source;
    put_images();
    put_csv();
    put_mat((double[]){2, 1, 1}, 3, (double[]){2}, 1);
    assert_int_equal(find(&source, NULL, &err), 0);
    source_free(&source);
    put_mat((double[]){2, 2, 1}, 3, (double[]){2}, 1);
    expect_failure(NULL, ERR_FORMAT, "clip 00002 has label 1", "and 2 in q3_2_data.mat");
    put_mat((double[]){2, 1, 1}, 3, (double[]){2, 2}, 2);
    expect_failure(NULL, ERR_FORMAT, "labels 1 clips", "labels 2");
}

static void test_bad_tables(void **state)
{
    (void)state;
    expect_failure(NULL, ERR_VALUE, "d: no clips in it", "trainClips");
    put_images();
    expect_failure(NULL, ERR_FORMAT, "trainClips/00001 has no label", "q3_2_data.mat");
    put_csv();
    tree_put("d/val_labels.csv", "clip,label,class\n00001,2,Shoot\n");
    expect_failure(NULL, ERR_FORMAT, "label 2 is called 'Dive' and 'Shoot'", "val_labels.csv");
    tree_put("d/val_labels.csv", "clip,label,class\n00001,3,Shoot\n");
    expect_failure(NULL, ERR_FORMAT, "labels 1 and 3 are both called 'Shoot'", "d");
    tree_put("d/val_labels.csv", "clip,label,class\n00001,4,Row\n");
    expect_failure(NULL, ERR_FORMAT, "no clip tells the name of class 3 of 4", "d");
    tree_put("d/val_labels.csv", "clip,label,class\n00001,2,Dive\n../x,2,Dive\n");
    expect_failure(NULL, ERR_FORMAT, "the clip '../x'", "val_labels.csv");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_csv_labels, tree_enter, tree_leave),
        cmocka_unit_test_setup_teardown(test_mat_labels, tree_enter, tree_leave),
        cmocka_unit_test_setup_teardown(test_both_must_agree, tree_enter, tree_leave),
        cmocka_unit_test_setup_teardown(test_bad_tables, tree_enter, tree_leave),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
