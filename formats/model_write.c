/* Writing the model file: docs/model-format.md. */

#include "formats/model.h"

#include "core/base/output.h"
#include "core/base/text.h"
#include "formats/h5_write.h"
#include "formats/model_parts.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

_Static_assert(sizeof(real) == sizeof(float), "model files hold floats");

static int compare_options(const void *a, const void *b)
{
    const struct model_option *x = a, *y = b;
    return strcmp(x->name, y->name);
}

static int compare_parameters(const void *a, const void *b)
{
    const struct parameter *x = a, *y = b;
    return strcmp(x->name, y->name);
}

// Texts found at equal distances in memory, as a dataset.
struct text_column {
    const char *path; // in the file
    const void *first; // the first `const char *`
    size_t stride;     // bytes from one pointer to the next
    size_t count;
};

static const char *text_at(const struct text_column *column, size_t index)
{
    return *(const char *const *)((const char *)column->first + index * column->stride);
}

static int write_texts(struct h5_writer *writer, const struct text_column *column,
                       struct error *err)
{
    size_t size = 1;
    for (size_t i = 0; i < column->count; i++) {
        size_t length = strlen(text_at(column, i)) + 1;
        size = length > size ? length : size;
    }
    char *data = calloc(column->count ? column->count : 1, size);
    if (!data) {
        return error_nomem(err, column->path);
    }
    for (size_t i = 0; i < column->count; i++) {
        const char *text = text_at(column, i);
        memcpy(data + i * size, text, strlen(text));
    }
    struct h5_type type = h5_type_text(size);
    uint64_t dim = column->count;
    int code = h5_write_dataset(writer, column->path, &type, 1, &dim, data, NULL, err);
    free(data);
    return code;
}

static int write_input(struct h5_writer *writer, const struct model_input *input,
                       struct error *err)
{
    int code = 0;
    for (size_t i = 0; i < 3 && code == 0; i++) {
        int number = *(const int *)((const char *)input + model_input_numbers[i].offset);
        code = h5_write_u64(writer, "/", model_input_numbers[i].name, (uint64_t)number, err);
    }
    for (size_t i = 0; i < 4 && code == 0; i++) {
        const char *text = *(const char *const *)((const char *)input
                                                  + model_input_texts[i].offset);
        code = h5_write_text(writer, "/", model_input_texts[i].name, text, err);
    }
    return code;
}

// [2][3]: means, then standard deviations.
static int write_normalise(struct h5_writer *writer, const struct normalisation *normalise,
                           struct error *err)
{
    double rows[2][3];
    memcpy(rows[0], normalise->mean, sizeof rows[0]);
    memcpy(rows[1], normalise->std, sizeof rows[1]);
    struct h5_type type = h5_type_plain(KIND_F64);
    return h5_write_dataset(writer, "/normalise", &type, 2, (const uint64_t[]){2, 3}, rows, NULL,
                            err);
}

static int write_net(struct h5_writer *writer, const struct model *model, struct error *err)
{
    struct h5_type type = h5_type_text(strlen(model->net_text) + 1);
    int code = h5_write_dataset(writer, "/net", &type, 0, NULL, model->net_text, NULL, err);
    return code < 0 ? code : h5_write_text(writer, "/", "net_name", model->net_name, err);
}

static int write_clips(struct h5_writer *writer, const struct model *model, struct error *err)
{
    int code = h5_write_group(writer, "/clips", err);
    for (size_t i = 0; i < 3 && code == 0; i++) {
        char path[32];
        snprintf(path, sizeof path, "/clips/%s", model_clip_fields[i].name);
        struct text_column column = {
            .path = path,
            .first = (const char *)model->clips + model_clip_fields[i].offset,
            .stride = sizeof *model->clips,
            .count = model->clip_count,
        };
        code = write_texts(writer, &column, err);
    }
    return code;
}

static int write_parameters(struct h5_writer *writer, const struct parameters *parameters,
                            struct error *err)
{
    int code = h5_write_group(writer, "/parameters", err);
    for (int i = 0; i < parameters->count && code == 0; i++) {
        const struct parameter *p = &parameters->table[i];
        char path[sizeof "/parameters/" + PARAMETER_NAME_SIZE];
        snprintf(path, sizeof path, "/parameters/%s", p->name);
        uint64_t dims[PARAMETER_DIMS_MAX];
        for (int d = 0; d < p->dim_count; d++) {
            dims[d] = (uint64_t)p->dim[d];
        }
        struct h5_type type = h5_type_plain(KIND_F32);
        code = h5_write_dataset(writer, path, &type, p->dim_count, dims,
                                parameters->values + p->offset, NULL, err);
    }
    return code;
}

// What is written, and what comes behind it.
struct writing {
    const struct model *model;
    int (*more)(struct h5_writer *writer, const void *context, const char *digest,
                struct error *err); // or NULL
    const void *context;
};

static int write_all(struct h5_writer *writer, const struct writing *writing, struct error *err)
{
    const struct model *model = writing->model;
    char digest[DIGEST_HEX_SIZE];
    int code = model_digest(model, digest, err);
    code = code < 0 ? code : h5_write_text(writer, "/", "format", MODEL_FORMAT_NAME, err);
    code = code < 0 ? code : h5_write_u64(writer, "/", "version",
                                          (uint64_t)model_version(model), err);
    code = code < 0 ? code : h5_write_text(writer, "/", "digest", digest, err);
    code = code < 0 ? code : write_input(writer, &model->input, err);
    if (code == 0 && model->input.normalise) {
        code = write_normalise(writer, model->input.normalise, err);
    }
    code = code < 0 ? code : write_net(writer, model, err);
    struct text_column classes = {"/classes", model->classes, sizeof *model->classes,
                                  (size_t)model->class_count};
    code = code < 0 ? code : write_texts(writer, &classes, err);
    code = code < 0 ? code : h5_write_group(writer, "/options", err);
    for (int i = 0; i < model->option_count && code == 0; i++) {
        code = h5_write_text(writer, "/options", model->options[i].name, model->options[i].value,
                             err);
    }
    code = code < 0 ? code : write_clips(writer, model, err);
    code = code < 0 ? code : write_parameters(writer, &model->parameters, err);
    return code < 0 || !writing->more ? code
                                      : writing->more(writer, writing->context, digest, err);
}

static int check_texts(const struct model *model, const char *path, struct error *err)
{
    const char *bad = text_is_clean(model->net_name) ? NULL : model->net_name;
    for (int i = 0; i < model->class_count && !bad; i++) {
        bad = text_is_clean(model->classes[i]) ? NULL : model->classes[i];
    }
    for (int i = 0; i < model->option_count && !bad; i++) {
        bad = text_is_clean(model->options[i].value) ? NULL : model->options[i].value;
    }
    for (size_t i = 0; i < 4 && !bad; i++) {
        const char *text = *(const char *const *)((const char *)&model->input
                                                  + model_input_texts[i].offset);
        bad = text_is_clean(text) ? NULL : text;
    }
    char shown[128];
    return bad ? error_set(err, ERR_VALUE, "%s: '%s' cannot be stored: it holds control characters "
                           "or is not UTF-8", path, text_escape(shown, sizeof shown, bad))
               : 0;
}

// What the reader would refuse must not be written.
static int check(const struct model *model, const char *path, struct error *err)
{
    for (int i = 1; i < model->option_count; i++) {
        if (strcmp(model->options[i - 1].name, model->options[i].name) == 0) {
            return error_set(err, ERR_VALUE, "%s: option %s is set twice", path,
                             model->options[i].name);
        }
    }
    for (size_t i = 1; i < model->clip_count; i++) {
        if (model_clip_compare(&model->clips[i - 1], &model->clips[i]) > 0) {
            return error_set(err, ERR_VALUE, "%s: clip %s is not in order", path,
                             model->clips[i].path);
        }
    }
    if (model->class_count < 1 || model->class_count > MODEL_CLASSES_MAX) {
        return error_set(err, ERR_VALUE, "%s: %d classes; 1 to %d can be stored", path,
                         model->class_count, MODEL_CLASSES_MAX);
    }
    if (model->input.normalise && !model_normalise_fits(model->input.normalise)) {
        return error_set(err, ERR_VALUE, "%s: a mean beyond 0 to 1, or a standard deviation that "
                         "is not above 0 and at most 1, cannot be stored", path);
    }
    return check_texts(model, path, err);
}

static int write_file(const char *path, const struct writing *writing, bool force,
                      struct error *err)
{
    struct output *output;
    int code = output_open(&output, path, force, err);
    if (code < 0) {
        return code;
    }
    struct h5_writer *writer = NULL;
    code = h5_write_open(&writer, output_partial_path(output), err);
    code = code < 0 ? code : write_all(writer, writing, err);
    if (code < 0) {
        h5_write_abandon(&writer);
    } else {
        code = h5_write_close(&writer, err);
    }
    if (code < 0) {
        output_abandon(&output);
        return code;
    }
    return output_commit(&output, err);
}

int model_write_with(const char *path, const struct model *model, bool force,
                     int (*more)(struct h5_writer *writer, const void *context,
                                 const char *digest, struct error *err),
                     const void *context, struct error *err)
{
    struct model sorted = *model;
    size_t options_size = (size_t)model->option_count * sizeof *model->options;
    size_t table_size = (size_t)model->parameters.count * sizeof *model->parameters.table;
    struct model_option *options = malloc(options_size + 1);
    struct parameter *table = malloc(table_size + 1);
    int code;
    if (!options || !table) {
        code = error_nomem(err, path);
        goto done;
    }
    if (options_size) {
        memcpy(options, model->options, options_size);
        qsort(options, (size_t)model->option_count, sizeof *options, compare_options);
    }
    if (table_size) {
        memcpy(table, model->parameters.table, table_size);
        qsort(table, (size_t)model->parameters.count, sizeof *table, compare_parameters);
    }
    sorted.options = options;
    sorted.parameters.table = table;
    code = check(&sorted, path, err);
    struct writing writing = {&sorted, more, context};
    code = code < 0 ? code : write_file(path, &writing, force, err);

done:
    free(options);
    free(table);
    return code;
}

int model_write(const char *path, const struct model *model, bool force, struct error *err)
{
    return model_write_with(path, model, force, NULL, NULL, err);
}
