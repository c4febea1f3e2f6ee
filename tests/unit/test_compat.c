/* Files of every format version so far open, with what is in them:
 * tests/compat/README.md. */

#include "formats/checkpoint.h"
#include "formats/model.h"
#include "formats/pack.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static const char *file_path(const char *name)
{
    static char path[4096];
    const char *root = getenv("TRIPTYCH_SOURCE_ROOT");
    assert_non_null(root);
    snprintf(path, sizeof path, "%s/tests/compat/%s", root, name);
    return path;
}

static void test_pack_version_1(void **state)
{
    (void)state;
    struct sandbox sandbox = sandbox_defaults();
    struct error err = ERROR_INIT;
    struct pack *pack = NULL;
    if (pack_open(&pack, file_path("pack-1.h5"), &sandbox, &err) < 0) {
        fail_msg("%s", err.text);
    }
    size_t bad = 99;
    bool digest_ok = false;
    assert_int_equal(pack_verify(pack, &bad, NULL, 0, &digest_ok, &err), 0);
    assert_int_equal(bad, 0);
    assert_true(digest_ok);
    assert_string_equal(pack->digest,
                        "57ab4cc275788a9a5e3207eafe170f10cc0bba14fc84fc254c8a9801f2e3ffa7");

    assert_int_equal(pack->clips, 7);
    assert_int_equal(pack->samples_per_clip, 2);
    assert_int_equal(pack->data.samples, 14);
    assert_int_equal(pack->data.frames_per_sample, 2);
    assert_int_equal(pack->data.width, 4);
    assert_int_equal(pack->data.height, 4);
    assert_int_equal(pack->class_count, 2);
    assert_string_equal(pack->classes[0], "BouncingBall");
    assert_string_equal(pack->classes[1], "CrawlingWave");
    assert_string_equal(pack_path(pack, 13), "CrawlingWave/v_CrawlingWave_g03_c01.avi");
    assert_string_equal(pack_group(pack, 13), "g03");
    assert_int_equal(pack->data.labels[7], 0);
    assert_int_equal(pack->data.labels[8], 1);
    assert_int_equal(pack->status[6], CLIP_FAILED);
    assert_string_equal(pack_message(pack, 6),
                        "not a video: Invalid data found when processing input");
    const struct pack_column *groups = pack_split(pack, "groups");
    assert_non_null(groups);
    static const uint8_t parts[] = {3, 3, 2, 2, 1, 1, 0, 0, 1, 1, 2, 2, 3, 3};
    assert_memory_equal(groups->parts, parts, sizeof parts);
    const struct pack_value *sampling = pack_attribute(pack, "sampling");
    assert_non_null(sampling);
    assert_string_equal(sampling->text, "centers");
    unsigned sum = 0;
    for (size_t i = 0; i < (size_t)14 * 2 * 4 * 4 * 3; i++) {
        sum += pack->data.frames[i];
    }
    assert_int_equal(sum, 80446);
    pack_close(&pack);
}

static double sum_absolute(const real *values, size_t count)
{
    double sum = 0;
    for (size_t i = 0; i < count; i++) {
        sum += fabs((double)values[i]);
    }
    return sum;
}

static void test_model_version_1(void **state)
{
    (void)state;
    struct sandbox sandbox = sandbox_defaults();
    struct error err = ERROR_INIT;
    struct model *model = NULL;
    if (model_read(&model, file_path("model-1.h5"), &sandbox, &err) < 0) {
        fail_msg("%s", err.text);
    }
    // It was compared with the contents when they were read.
    assert_string_equal(model->digest,
                        "fbcc0dfd2f29f66d3e178548869069e25b2f4793925902f85512bed592ee2839");
    assert_string_equal(model->net_text, "conv 3x3x2\nrelu\nflatten\nlinear\n");
    assert_string_equal(model->net_name, "tiny");
    assert_int_equal(model->class_count, 2);
    assert_string_equal(model->classes[1], "CrawlingWave");
    assert_int_equal(model->clip_count, 2);
    assert_string_equal(model_option_value(model, "part"), "train");
    assert_int_equal(model->parameters.count, 4);
    const struct parameter *weight = parameters_find(&model->parameters, "3.weight");
    assert_non_null(weight);
    assert_int_equal(weight->dim[0], 2);
    assert_int_equal(weight->dim[1], 8);
    double sum = sum_absolute(model->parameters.values + weight->offset, weight->size);
    assert_true(sum > 3.044128 && sum < 3.044130);
    assert_null(model->input.normalise);
    model_free(&model);
}

// What both files of the same training say alike: its net, classes and channels.
static void check_normalised(const struct model *model)
{
    assert_string_equal(model->net_text, "conv 3x3x2\nbatchnorm\nrelu\nflatten\nlinear\n");
    assert_int_equal(model->class_count, 2);
    assert_string_equal(model->classes[0], "BouncingBall");
    assert_int_equal(model->clip_count, 2);
    assert_string_equal(model_option_value(model, "normalise"), "on");
    assert_int_equal(model->parameters.count, 9);
    const struct normalisation *normalise = model->input.normalise;
    assert_non_null(normalise);
    assert_true(normalise->mean[0] > 0.373804 && normalise->mean[0] < 0.373806);
    assert_true(normalise->std[2] > 0.0958653 && normalise->std[2] < 0.0958655);
}

static void test_model_version_2(void **state)
{
    (void)state;
    struct sandbox sandbox = sandbox_defaults();
    struct error err = ERROR_INIT;
    struct model *model = NULL;
    if (model_read(&model, file_path("model-2.h5"), &sandbox, &err) < 0) {
        fail_msg("%s", err.text);
    }
    assert_string_equal(model->digest,
                        "229e550d6da43010c47b82d57eb9135060b31b6abdd75d95dce32674a4c4f698");
    check_normalised(model);
    const struct parameter *weight = parameters_find(&model->parameters, "4.weight");
    assert_non_null(weight);
    double sum = sum_absolute(model->parameters.values + weight->offset, weight->size);
    assert_true(sum > 2.520466 && sum < 2.520468);
    model_free(&model);
}

static void test_checkpoint_version_1(void **state)
{
    (void)state;
    struct sandbox sandbox = sandbox_defaults();
    struct error err = ERROR_INIT;
    struct checkpoint *checkpoint = NULL;
    struct model *model = NULL;
    if (checkpoint_read(&checkpoint, &model, file_path("checkpoint-1.h5"), &sandbox, &err) < 0) {
        fail_msg("%s", err.text);
    }
    assert_string_equal(model->digest,
                        "0a15cd7a4beeb3697feb572955a61ca50b80364ccac6ef3112fd11a0b5b168ea");
    check_normalised(model);
    // After the first of two epochs of four steps.
    assert_int_equal(checkpoint->step, 4);
    assert_int_equal(checkpoint->optimiser_steps, 4);
    assert_int_equal(checkpoint->best_epoch, 1);
    assert_true(checkpoint->best_accuracy == 0.5);
    assert_true(checkpoint->schedule_lr == 1e-4);
    assert_int_equal(checkpoint->history.count, 1);
    const struct history_row *row = &checkpoint->history.rows[0];
    assert_true(row->val_loss > 0.6934826 && row->val_loss < 0.6934827);
    assert_true(isnan(row->train_seconds));
    assert_int_equal(checkpoint->array_count, 2);
    const struct checkpoint_array *buffer = &checkpoint->arrays[0];
    assert_string_equal(buffer->name, "momentum_buffer");
    assert_string_equal(checkpoint->arrays[1].name, "square_avg");
    assert_int_equal(buffer->count, 78);
    double sum = sum_absolute(buffer->values, buffer->count);
    assert_true(sum > 944.808 && sum < 944.809);
    checkpoint_free(&checkpoint);
    model_free(&model);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_pack_version_1),
        cmocka_unit_test(test_model_version_1),
        cmocka_unit_test(test_model_version_2),
        cmocka_unit_test(test_checkpoint_version_1),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
