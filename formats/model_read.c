/* Reading the model file: docs/model-format.md. The file is not trusted. */

#include "formats/model.h"

#include "core/base/text.h"
#include "formats/h5_file.h"
#include "formats/model_parts.h"
#include "formats/net_text.h"

#include <limits.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

_Static_assert(sizeof(real) == sizeof(float), "model files hold floats");

// A file being read into a model.
struct reading {
    const struct h5_file *file;
    const char *path;
    struct model *model;
    uint64_t version; // of the file
    struct error *err;
};

static int bad(const struct reading *r, const char *what)
{
    return error_set(r->err, ERR_FORMAT, "%s: damaged model: %s", r->path, what);
}

static int no_memory(const struct reading *r)
{
    return error_nomem(r->err, r->path);
}

// ---- what kind of file it is ----

static int check_format(struct reading *r)
{
    const struct h5_attribute *a = h5_file_find_attribute(r->file, "/", "format");
    const char *format = a && a->type.kind == KIND_TEXT && a->count == 1 ? a->value : "";
    if (strcmp(format, MODEL_FORMAT_NAME) != 0) {
        char shown[64];
        return error_set(r->err, ERR_FORMAT, "%s: is HDF5, but no model: its format is '%s', not "
                         "'" MODEL_FORMAT_NAME "' (train writes models)", r->path,
                         text_escape(shown, sizeof shown, format));
    }
    int code = h5_file_u64(&r->version, r->file, "/", "version", r->err);
    if (code == 0 && (r->version < 1 || r->version > MODEL_FORMAT_VERSION)) {
        code = error_set(r->err, ERR_VERSION, "%s: a model of format version %llu; this program "
                         "knows versions 1 to %d", r->path, (unsigned long long)r->version,
                         MODEL_FORMAT_VERSION);
    }
    return code;
}

// ---- texts ----

// A text of the file's as the model's own; clean ones only, as it is shown.
static int take_text(const struct reading *r, const char *text, const char **ret)
{
    if (!text_is_clean(text)) {
        char shown[64];
        return error_set(r->err, ERR_FORMAT, "%s: damaged model: text '%s' holds control "
                         "characters or is not UTF-8", r->path,
                         text_escape(shown, sizeof shown, text));
    }
    size_t size = strlen(text) + 1;
    char *copy = model_storage(r->model, size);
    if (!copy) {
        return no_memory(r);
    }
    memcpy(copy, text, size);
    *ret = copy;
    return 0;
}

static int read_text(const struct reading *r, const char *name, const char **ret)
{
    const char *text;
    int code = h5_file_text(&text, r->file, "/", name, r->err);
    return code < 0 ? code : take_text(r, text, ret);
}

// The texts of a dataset: one copy, checked after it was made. The `count`
// pointers go to *first, and on every `stride` bytes.
static int read_texts(const struct reading *r, const char *path, uint64_t count, bool clean,
                      const char **first, size_t stride)
{
    const struct h5_dataset *d;
    int code = h5_file_require(&d, r->file, path, KIND_TEXT, 1, &count, r->err);
    if (code < 0) {
        return code;
    }
    size_t size = d->type.size;
    char *data = model_storage(r->model, (size_t)d->bytes + 1);
    if (!data) {
        return no_memory(r);
    }
    memcpy(data, d->data, (size_t)d->bytes);
    for (uint64_t i = 0; i < count; i++) {
        const char *text = data + i * size;
        if (text[size - 1] != 0 || (clean && !text_is_clean(text))) {
            return error_set(r->err, ERR_FORMAT, "%s: damaged model: %s: text %llu is not clean "
                             "UTF-8 with a NUL behind it", r->path, path,
                             (unsigned long long)i);
        }
        *(const char **)((char *)first + i * stride) = text;
    }
    return 0;
}

static int read_net(const struct reading *r)
{
    const struct h5_dataset *d;
    int code = h5_file_require(&d, r->file, "/net", KIND_TEXT, 0, NULL, r->err);
    if (code < 0) {
        return code;
    }
    if (d->bytes > NET_TEXT_SIZE_MAX + 1) {
        return bad(r, "its net is too long");
    }
    char *text = model_storage(r->model, (size_t)d->bytes + 1); // its NUL, whatever the file says
    if (!text) {
        return no_memory(r);
    }
    memcpy(text, d->data, (size_t)d->bytes);
    r->model->net_text = text;
    return read_text(r, "net_name", &r->model->net_name);
}

static int compare_names(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static int check_classes_differ(const struct reading *r)
{
    size_t count = (size_t)r->model->class_count;
    const char **sorted = malloc(count * sizeof *sorted);
    if (!sorted) {
        return no_memory(r);
    }
    memcpy(sorted, r->model->classes, count * sizeof *sorted);
    qsort(sorted, count, sizeof *sorted, compare_names);
    int code = sorted[0][0] ? 0 : bad(r, "a class without a name");
    for (size_t i = 1; i < count && code == 0; i++) {
        code = strcmp(sorted[i - 1], sorted[i]) ? 0 : bad(r, "two classes of one name");
    }
    free(sorted);
    return code;
}

static int read_classes(const struct reading *r)
{
    uint64_t any = DIM_ANY;
    const struct h5_dataset *d;
    int code = h5_file_require(&d, r->file, "/classes", KIND_TEXT, 1, &any, r->err);
    if (code < 0) {
        return code;
    }
    if (d->count < 1 || d->count > MODEL_CLASSES_MAX) {
        return bad(r, "it has no classes, or more than 65535");
    }
    const char **classes = model_storage(r->model, (size_t)d->count * sizeof *classes);
    if (!classes) {
        return no_memory(r);
    }
    code = read_texts(r, "/classes", d->count, true, classes, sizeof *classes);
    if (code < 0) {
        return code;
    }
    r->model->classes = classes;
    r->model->class_count = (int)d->count;
    return check_classes_differ(r);
}

static int read_input(const struct reading *r)
{
    enum { LARGEST = 65536 };
    char *input = (char *)&r->model->input;
    for (size_t i = 0; i < 3; i++) {
        uint64_t number;
        int code = h5_file_u64(&number, r->file, "/", model_input_numbers[i].name, r->err);
        if (code < 0) {
            return code;
        }
        if (number < 1 || number > LARGEST) {
            return error_set(r->err, ERR_FORMAT, "%s: damaged model: %s is %llu; 1 to %d is "
                             "needed", r->path, model_input_numbers[i].name,
                             (unsigned long long)number, LARGEST);
        }
        *(int *)(input + model_input_numbers[i].offset) = (int)number;
    }
    for (size_t i = 0; i < 4; i++) {
        const char **text = (const char **)(input + model_input_texts[i].offset);
        int code = read_text(r, model_input_texts[i].name, text);
        if (code < 0) {
            return code;
        }
    }
    return 0;
}

static int read_normalise(const struct reading *r)
{
    const struct h5_dataset *d;
    if (r->version < 2) {
        return 0;
    }
    int code = h5_file_require(&d, r->file, "/normalise", KIND_F64, 2, (const uint64_t[]){2, 3},
                               r->err);
    if (code < 0) {
        return code;
    }
    struct normalisation *normalise = model_storage(r->model, sizeof *normalise);
    if (!normalise) {
        return no_memory(r);
    }
    memcpy(normalise->mean, d->data, sizeof normalise->mean);
    memcpy(normalise->std, (const char *)d->data + sizeof normalise->mean,
           sizeof normalise->std);
    r->model->input.normalise = normalise;
    return model_normalise_fits(normalise)
        ? 0 : bad(r, "/normalise holds no means and standard deviations of numbers in 0 to 1");
}

static int read_options(const struct reading *r)
{
    size_t total = h5_file_attribute_count(r->file);
    struct model_option *options = model_storage(r->model, total * sizeof *options);
    if (!options) {
        return no_memory(r);
    }
    int count = 0;
    for (size_t i = 0; i < total; i++) {
        const struct h5_attribute *a = h5_file_attribute(r->file, i);
        if (strcmp(a->object, "/options") != 0) {
            continue;
        }
        const char *value;
        int code = h5_file_text(&value, r->file, a->object, a->name, r->err);
        code = code < 0 ? code : take_text(r, a->name, &options[count].name);
        code = code < 0 ? code : take_text(r, value, &options[count].value);
        if (code < 0) {
            return code;
        }
        count++;
    }
    r->model->options = options;
    r->model->option_count = count;
    return 0;
}

static int read_clips(const struct reading *r)
{
    uint64_t any = DIM_ANY;
    const struct h5_dataset *d;
    int code = h5_file_require(&d, r->file, "/clips/path", KIND_TEXT, 1, &any, r->err);
    if (code < 0) {
        return code;
    }
    uint64_t count = d->count; // bytes >= count: no product here can wrap
    struct model_clip *clips = count > SIZE_MAX / sizeof *clips
        ? NULL : model_storage(r->model, (size_t)count * sizeof *clips);
    if (!clips) {
        return no_memory(r);
    }
    for (size_t i = 0; i < 3 && code == 0; i++) {
        char path[32];
        snprintf(path, sizeof path, "/clips/%s", model_clip_fields[i].name);
        code = read_texts(r, path, count, false,
                          (const char **)((char *)clips + model_clip_fields[i].offset),
                          sizeof *clips);
    }
    for (uint64_t i = 1; i < count && code == 0; i++) {
        code = model_clip_compare(&clips[i - 1], &clips[i]) <= 0
            ? 0 : bad(r, "its clips are not in order");
    }
    r->model->clips = clips;
    r->model->clip_count = (size_t)count;
    return code;
}

// ---- parameters ----

static int read_parameter(const struct reading *r, const struct h5_dataset *d,
                          struct parameter *p)
{
    const char *name = d->path + strlen("/parameters/");
    bool fits = d->type.kind == KIND_F32 && d->type.member_count == 0 && d->data
             && d->rank >= 1 && d->rank <= PARAMETER_DIMS_MAX && d->count > 0
             && strlen(name) < sizeof p->name && text_is_clean(name);
    for (int i = 0; fits && i < d->rank; i++) {
        fits = d->dim[i] <= INT_MAX;
        p->dim[i] = (int)d->dim[i];
    }
    if (!fits) {
        char shown[128];
        return error_set(r->err, ERR_FORMAT, "%s: damaged model: %s should be a contiguous f32 "
                         "dataset with 1 to %d dimensions", r->path,
                         text_escape(shown, sizeof shown, d->path), PARAMETER_DIMS_MAX);
    }
    snprintf(p->name, sizeof p->name, "%s", name);
    p->dim_count = d->rank;
    p->size = (size_t)d->count;
    return 0;
}

// Datasets may share bytes in a made-up file, so that few bytes could stand for
// many; their sum must fit in it.
static int count_parameters(const struct reading *r, int *ret_count, size_t *ret_total)
{
    size_t file_size;
    h5_file_mapping(r->file, &file_size);
    uint64_t left = file_size;
    *ret_count = 0;
    *ret_total = 0;
    for (size_t i = 0; i < h5_file_dataset_count(r->file); i++) {
        const struct h5_dataset *d = h5_file_dataset(r->file, i);
        if (strncmp(d->path, "/parameters/", strlen("/parameters/")) != 0) {
            continue;
        }
        if (d->bytes > left) {
            return bad(r, "its parameters overlap");
        }
        left -= d->bytes;
        (*ret_count)++;
        *ret_total += (size_t)d->count;
    }
    return 0;
}

static int read_parameters(const struct reading *r)
{
    struct parameters *parameters = &r->model->parameters;
    int count;
    size_t total;
    int code = count_parameters(r, &count, &total);
    if (code < 0) {
        return code;
    }
    parameters->table = model_storage(r->model, (size_t)count * sizeof *parameters->table);
    parameters->values = model_storage(r->model, total * sizeof *parameters->values);
    if (!parameters->table || !parameters->values) {
        return no_memory(r);
    }
    for (size_t i = 0; i < h5_file_dataset_count(r->file); i++) {
        const struct h5_dataset *d = h5_file_dataset(r->file, i);
        if (strncmp(d->path, "/parameters/", strlen("/parameters/")) != 0) {
            continue;
        }
        struct parameter *p = &parameters->table[parameters->count];
        code = read_parameter(r, d, p);
        if (code < 0) {
            return code;
        }
        p->offset = parameters->total;
        memcpy(parameters->values + p->offset, d->data, p->size * sizeof(float));
        parameters->total += p->size;
        parameters->count++;
    }
    return 0;
}

// ---- all of it ----

static int check_digest(const struct reading *r)
{
    const char *stored;
    int code = read_text(r, "digest", &stored);
    code = code < 0 ? code : model_digest(r->model, r->model->digest, r->err);
    if (code == 0 && strcmp(stored, r->model->digest) != 0) {
        code = bad(r, "its contents do not have the digest that it states");
    }
    for (size_t i = 0; i < r->model->parameters.total && code == 0; i++) {
        if (!isfinite(r->model->parameters.values[i])) {
            code = bad(r, "a parameter is not a finite number");
        }
    }
    return code;
}

int model_read(struct model **ret, const char *path, const struct sandbox *sandbox,
               struct error *err)
{
    struct h5_file *file = NULL;
    struct model *model = calloc(1, sizeof *model);
    if (!model) {
        return error_nomem(err, path);
    }
    int code = h5_file_open(&file, path, sandbox, NULL, err);
    if (code < 0) {
        goto done;
    }
    struct reading r = {.file = file, .path = path, .model = model, .version = 0, .err = err};
    code = check_format(&r);
    code = code < 0 ? code : read_net(&r);
    code = code < 0 ? code : read_classes(&r);
    code = code < 0 ? code : read_input(&r);
    code = code < 0 ? code : read_normalise(&r);
    code = code < 0 ? code : read_options(&r);
    code = code < 0 ? code : read_clips(&r);
    code = code < 0 ? code : read_parameters(&r);
    code = code < 0 ? code : check_digest(&r);
    if (code == 0) {
        *ret = model;
        model = NULL;
    }

done:
    h5_file_close(&file);
    model_free(&model);
    return code;
}
