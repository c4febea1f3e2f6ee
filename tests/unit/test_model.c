#include "formats/model.h"

#include "core/base/random.h"
#include "formats/h5_write.h"
#include "tests/unit/tree_fixture.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

static float values[24 + 2 + 6] = {0};

static struct model make_model(void)
{
    static const char *const classes[] = {"Archery", "Tai Chi"};
    static const struct model_option options[] = {
        {"seed", "54321"}, {"epochs", "5"}, {"init", ""}, {"net", "small"},
    };
    static const struct model_clip clips[] = {
        {"Archery", "", "Archery/a.avi"},
        {"Archery", "g01", "Archery/v_g01_c01.avi"},
        {"Tai Chi", "g01", "Tai Chi/na\xc3\xafve.avi"},
    };
    // Not in order of name: the file is.
    static struct parameter table[] = {
        {.name = "10.weight", .dim_count = 2, .dim = {3, 2}, .offset = 26, .size = 6},
        {.name = "0.weight", .dim_count = 4, .dim = {2, 3, 2, 2}, .offset = 0, .size = 24},
        {.name = "0.bias", .dim_count = 1, .dim = {2}, .offset = 24, .size = 2},
    };
    for (int i = 0; i < 32; i++) {
        values[i] = 0.25f * (float)i - 3;
    }
    return (struct model){
        .net_text = "conv 2x2x2\nlinear\n", .net_name = "small", .classes = classes,
        .class_count = 2,
        .input = {.frames = 3, .height = 48, .width = 64, .fit = "crop", .sampling = "centers",
                  .scaler = "area", .matrix = ""},
        .options = options, .option_count = 4, .clips = clips, .clip_count = 3,
        .parameters = {.table = table, .count = 3, .values = values, .total = 32},
    };
}

static void write_model(const char *path, const struct model *model)
{
    struct error err = ERROR_INIT;
    if (model_write(path, model, true, &err) < 0) {
        fail_msg("%s", err.text);
    }
}

static int try_read(struct model **ret, const char *path, struct error *err)
{
    struct sandbox sandbox = sandbox_defaults();
    *err = (struct error)ERROR_INIT;
    *ret = NULL;
    return model_read(ret, path, &sandbox, err);
}

static struct model *read_model(const char *path)
{
    struct error err;
    struct model *model;
    if (try_read(&model, path, &err) < 0) {
        fail_msg("%s", err.text);
    }
    return model;
}

static void refuse(const char *path, int expected, const char *message)
{
    struct error err;
    struct model *model;
    int code = try_read(&model, path, &err);
    assert_error(&err, code, expected, path, message);
    assert_null(model);
}

static void assert_parameter(const struct model *model, int index, const char *name,
                             const float *expected)
{
    const struct parameter *p = &model->parameters.table[index];
    assert_string_equal(p->name, name);
    assert_memory_equal(model->parameters.values + p->offset, expected, p->size * sizeof(float));
}

static void test_round_trip(void **state)
{
    (void)state;
    struct model made = make_model();
    write_model("a.h5", &made);
    struct model *model = read_model("a.h5");
    assert_string_equal(model->net_text, made.net_text);
    assert_string_equal(model->net_name, "small");
    assert_int_equal(model->class_count, 2);
    assert_string_equal(model->classes[1], "Tai Chi");
    assert_int_equal(model->input.frames, 3);
    assert_int_equal(model->input.height, 48);
    assert_int_equal(model->input.width, 64);
    assert_string_equal(model->input.fit, "crop");
    assert_string_equal(model->input.sampling, "centers");
    assert_string_equal(model->input.scaler, "area");
    assert_string_equal(model->input.matrix, "");
    assert_int_equal(model->option_count, 4);
    assert_string_equal(model->options[0].name, "epochs"); // by name
    assert_string_equal(model_option_value(model, "seed"), "54321");
    assert_string_equal(model_option_value(model, "init"), "");
    assert_null(model_option_value(model, "absent"));
    assert_int_equal(model->clip_count, 3);
    for (int i = 0; i < 3; i++) {
        assert_int_equal(model_clip_compare(&model->clips[i], &made.clips[i]), 0);
    }
    assert_int_equal(model->parameters.count, 3);
    assert_int_equal(model->parameters.total, 32);
    assert_parameter(model, 0, "0.bias", values + 24);
    assert_parameter(model, 1, "0.weight", values);
    assert_parameter(model, 2, "10.weight", values + 26);
    assert_int_equal(model->parameters.table[1].dim_count, 4);
    assert_int_equal(model->parameters.table[1].dim[1], 3);
    assert_int_equal((uintptr_t)model->parameters.values % 64, 0);
    assert_int_equal(strlen(model->digest), 64);

    // What was read can be written again, and is the same file.
    write_model("b.h5", model);
    tree_assert_same("a.h5", "b.h5");
    model_free(&model);
    assert_null(model);
    model_free(&model);
}

// The version says whether there is a normalisation; either reads back.
static void test_normalise(void **state)
{
    (void)state;
    static const struct normalisation normalise = {{0.1, 0.4, 1}, {0.25, 1. / 3, 1}};
    struct model made = make_model();
    write_model("plain.h5", &made);
    made.input.normalise = &normalise;
    write_model("a.h5", &made);
    struct model *plain = read_model("plain.h5");
    struct model *model = read_model("a.h5");
    assert_null(plain->input.normalise);
    assert_memory_equal(model->input.normalise->mean, normalise.mean, sizeof normalise.mean);
    assert_memory_equal(model->input.normalise->std, normalise.std, sizeof normalise.std);
    assert_string_not_equal(plain->digest, model->digest);
    write_model("b.h5", model);
    tree_assert_same("a.h5", "b.h5");
    model_free(&plain);
    model_free(&model);

    // A reader of version 1 would give the net other numbers: it must not read it.
    struct error err = ERROR_INIT;
    struct h5_writer *writer;
    assert_int_equal(h5_write_reopen(&writer, "a.h5", &err), 0);
    assert_int_equal(h5_write_u64(writer, "/", "version", 1, &err), 0);
    assert_int_equal(h5_write_close(&writer, &err), 0);
    refuse("a.h5", ERR_FORMAT, "digest");
    assert_int_equal(h5_write_reopen(&writer, "plain.h5", &err), 0);
    assert_int_equal(h5_write_u64(writer, "/", "version", 2, &err), 0);
    assert_int_equal(h5_write_close(&writer, &err), 0);
    refuse("plain.h5", ERR_FORMAT, "has no /normalise");
}

// A NaN in the file is refused, not given to the net.
static void test_bad_normalise(void **state)
{
    (void)state;
    static const struct normalisation good = {{0.125, 0.4, 1}, {0.25, 0.5, 1}};
    struct model model = make_model();
    model.input.normalise = &good;
    write_model("a.h5", &model);
    size_t size;
    char *bytes = tree_get("a.h5", &size);
    char *found = memmem(bytes, size, &good, sizeof good);
    assert_non_null(found);
    memset(found + 3 * sizeof(double), 0xff, sizeof(double));
    tree_put_bytes("a.h5", bytes, size);
    free(bytes);
    refuse("a.h5", ERR_FORMAT, "/normalise holds no means");
}

static void test_same_bytes(void **state)
{
    (void)state;
    struct model model = make_model();
    write_model("first.h5", &model);
    sleep(1); // object times would show
    for (int i = 0; i < 20; i++) {
        write_model("again.h5", &model);
        tree_assert_same("first.h5", "again.h5");
    }
    // The digest is of the contents: one bit of one weight is another one.
    struct model *before = read_model("first.h5");
    values[5] = nextafterf(values[5], 1000);
    write_model("again.h5", &model);
    struct model *after = read_model("again.h5");
    assert_string_not_equal(before->digest, after->digest);
    model_free(&before);
    model_free(&after);
}

static void test_no_clips_no_options(void **state)
{
    (void)state;
    struct model made = make_model();
    made.clip_count = 0;
    made.option_count = 0;
    made.parameters = (struct parameters){0};
    write_model("a.h5", &made);
    struct model *model = read_model("a.h5");
    assert_int_equal(model->clip_count, 0);
    assert_int_equal(model->option_count, 0);
    assert_int_equal(model->parameters.count, 0);
    model_free(&model);
}

static void refuse_to_write(const struct model *model, int expected, const char *message)
{
    struct error err = ERROR_INIT;
    int code = model_write("no.h5", model, false, &err);
    assert_error(&err, code, expected, "no.h5", message);
    assert_int_equal(access("no.h5", F_OK), -1);
    assert_int_equal(access("no.h5.partial", F_OK), -1);
}

static void test_what_is_not_written(void **state)
{
    (void)state;
    struct model model = make_model();
    static const struct model_option twice[] = {{"a", "1"}, {"b", "2"}, {"a", "3"}};
    model.options = twice;
    model.option_count = 3;
    refuse_to_write(&model, ERR_VALUE, "option a is set twice");
    static const struct model_option dirty[] = {{"a", "tab\there"}};
    model.options = dirty;
    model.option_count = 1;
    refuse_to_write(&model, ERR_VALUE, "tab\\x09here");
    model = make_model();
    static const struct model_clip unsorted[] = {{"B", "", "b"}, {"A", "", "a"}};
    model.clips = unsorted;
    model.clip_count = 2;
    refuse_to_write(&model, ERR_VALUE, "not in order");
    model = make_model();
    model.class_count = 0;
    refuse_to_write(&model, ERR_VALUE, "0 classes");
    model = make_model();
    static const struct normalisation flat = {{0.5, 0.5, 0.5}, {0.2, 0, 0.2}};
    model.input.normalise = &flat;
    refuse_to_write(&model, ERR_VALUE, "standard deviation");
    model = make_model();
    write_model("no.h5", &model);
    struct error err = ERROR_INIT;
    int code = model_write("no.h5", &model, false, &err);
    assert_error(&err, code, ERR_EXISTS, "no.h5", "--force");
}

// Change a good model with libhdf5, then read it.
static void with_change(int (*change)(struct h5_writer *writer, struct error *err), int expected,
                        const char *message)
{
    struct error err = ERROR_INIT;
    struct model model = make_model();
    write_model("m.h5", &model);
    struct h5_writer *writer;
    assert_int_equal(h5_write_reopen(&writer, "m.h5", &err), 0);
    if (change(writer, &err) < 0 || h5_write_close(&writer, &err) < 0) {
        fail_msg("%s", err.text);
    }
    refuse("m.h5", expected, message);
}

static int other_format(struct h5_writer *w, struct error *err)
{
    return h5_write_text(w, "/", "format", "triptych mod3l", err);
}

static int newer(struct h5_writer *w, struct error *err)
{
    return h5_write_u64(w, "/", "version", 3, err);
}

static int no_height(struct h5_writer *w, struct error *err)
{
    return h5_write_u64(w, "/", "height", 0, err);
}

static int another_option(struct h5_writer *w, struct error *err)
{
    return h5_write_text(w, "/options", "extra", "1", err);
}

static int number_as_option(struct h5_writer *w, struct error *err)
{
    return h5_write_u64(w, "/options", "extra", 1, err);
}

static int add_parameter(struct h5_writer *w, enum h5_kind kind, int rank, struct error *err)
{
    static const double zeros[8];
    struct h5_type type = h5_type_plain(kind);
    uint64_t dims[8] = {1, 1, 1, 1, 1, 1, 1, 1};
    return h5_write_dataset(w, "/parameters/1.weight", &type, rank, dims, zeros, NULL, err);
}

static int another_parameter(struct h5_writer *w, struct error *err)
{
    return add_parameter(w, KIND_F32, 1, err);
}

static int double_parameter(struct h5_writer *w, struct error *err)
{
    return add_parameter(w, KIND_F64, 1, err);
}

static int scalar_parameter(struct h5_writer *w, struct error *err)
{
    return add_parameter(w, KIND_F32, 0, err);
}

static int deep_parameter(struct h5_writer *w, struct error *err)
{
    return add_parameter(w, KIND_F32, 6, err);
}

static void test_changed_models(void **state)
{
    (void)state;
    with_change(other_format, ERR_FORMAT, "no model");
    with_change(newer, ERR_VERSION, "version 3; this program knows versions 1 to 2");
    with_change(no_height, ERR_FORMAT, "height is 0");
    with_change(another_option, ERR_FORMAT, "digest");
    with_change(number_as_option, ERR_FORMAT, "extra");
    with_change(another_parameter, ERR_FORMAT, "digest");
    with_change(double_parameter, ERR_FORMAT, "/parameters/1.weight should be");
    with_change(scalar_parameter, ERR_FORMAT, "/parameters/1.weight should be");
    with_change(deep_parameter, ERR_FORMAT, "/parameters/1.weight should be");
}

static void test_not_finite(void **state)
{
    (void)state;
    struct model model = make_model();
    values[3] = NAN;
    write_model("m.h5", &model);
    refuse("m.h5", ERR_FORMAT, "not a finite number");
}

static void test_same_class_twice(void **state)
{
    (void)state;
    struct model model = make_model();
    static const char *const classes[] = {"Archery", "Archery"};
    model.classes = classes;
    write_model("m.h5", &model);
    refuse("m.h5", ERR_FORMAT, "two classes of one name");
    static const char *const empty[] = {"Archery", ""};
    model.classes = empty;
    write_model("m.h5", &model);
    refuse("m.h5", ERR_FORMAT, "a class without a name");
}

static void test_other_files(void **state)
{
    (void)state;
    struct error err = ERROR_INIT;
    struct h5_writer *writer;
    refuse("absent.h5", ERR_IO, "No such file");
    tree_put("text.h5", "not a model\n");
    refuse("text.h5", ERR_FORMAT, "not an HDF5 file");
    tree_put("empty.h5", "");
    refuse("empty.h5", ERR_FORMAT, "empty");
    assert_int_equal(h5_write_open(&writer, "bare.h5", &err), 0);
    assert_int_equal(h5_write_close(&writer, &err), 0);
    refuse("bare.h5", ERR_FORMAT, "is HDF5, but no model");
    refuse(".", ERR_IO, "directory");
}

// A text that runs into the next one: its NUL is taken away in the file.
static void test_text_without_end(void **state)
{
    (void)state;
    struct model model = make_model();
    write_model("m.h5", &model);
    size_t size;
    char *bytes = tree_get("m.h5", &size);
    static const char classes[] = "Archery\0Tai Chi";
    char *found = memmem(bytes, size, classes, sizeof classes);
    assert_non_null(found);
    found[strlen("Archery")] = 'x';
    tree_put_bytes("m.h5", bytes, size);
    free(bytes);
    refuse("m.h5", ERR_FORMAT, "/classes: text 0 is not clean UTF-8 with a NUL");
}

static void test_truncated(void **state)
{
    (void)state;
    struct model model = make_model();
    write_model("m.h5", &model);
    size_t size;
    char *bytes = tree_get("m.h5", &size);
    for (size_t left = 0; left < size; left += left < 1024 ? 61 : 509) {
        struct error err;
        struct model *read;
        tree_put_bytes("cut.h5", bytes, left);
        assert_true(try_read(&read, "cut.h5", &err) < 0);
        assert_non_null(strstr(err.text, "cut.h5"));
    }
    free(bytes);
}

// Whatever a byte is changed to, the file is read as what was written, or
// refused with a message that names it; nothing crashes in this process.
static void test_flipped(void **state)
{
    (void)state;
    struct model model = make_model();
    write_model("m.h5", &model);
    struct model *good = read_model("m.h5");
    size_t size;
    char *bytes = tree_get("m.h5", &size);
    struct random random;
    random_seed(&random, 1, 0);
    int refused = 0;
    enum { TRIES = 1500 };
    for (int i = 0; i < TRIES; i++) {
        size_t at = random_below(&random, size);
        char was = bytes[at];
        bytes[at] = (char)(was ^ (1 << random_below(&random, 8)));
        tree_put_bytes("flip.h5", bytes, size);
        bytes[at] = was;
        struct error err;
        struct model *read;
        if (try_read(&read, "flip.h5", &err) < 0) {
            assert_non_null(strstr(err.text, "flip.h5"));
            refused++;
        } else {
            assert_string_equal(read->digest, good->digest); // of what was read
        }
        model_free(&read);
    }
    // A good part of the file is what counts (the rest is HDF5's spare room).
    assert_true(refused > TRIES / 5);
    free(bytes);
    model_free(&good);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_round_trip, tree_enter, tree_leave),
        cmocka_unit_test_setup_teardown(test_normalise, tree_enter, tree_leave),
        cmocka_unit_test_setup_teardown(test_bad_normalise, tree_enter, tree_leave),
        cmocka_unit_test_setup_teardown(test_same_bytes, tree_enter, tree_leave),
        cmocka_unit_test_setup_teardown(test_no_clips_no_options, tree_enter, tree_leave),
        cmocka_unit_test_setup_teardown(test_what_is_not_written, tree_enter, tree_leave),
        cmocka_unit_test_setup_teardown(test_changed_models, tree_enter, tree_leave),
        cmocka_unit_test_setup_teardown(test_not_finite, tree_enter, tree_leave),
        cmocka_unit_test_setup_teardown(test_same_class_twice, tree_enter, tree_leave),
        cmocka_unit_test_setup_teardown(test_other_files, tree_enter, tree_leave),
        cmocka_unit_test_setup_teardown(test_text_without_end, tree_enter, tree_leave),
        cmocka_unit_test_setup_teardown(test_truncated, tree_enter, tree_leave),
        cmocka_unit_test_setup_teardown(test_flipped, tree_enter, tree_leave),
    };
    return cmocka_run_group_tests_name("model", tests, NULL, NULL);
}
