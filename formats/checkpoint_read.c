/* Reading the checkpoint file: docs/checkpoint-format.md. It is not trusted. */

#include "formats/checkpoint.h"

#include "core/base/text.h"
#include "formats/checkpoint_parts.h"
#include "formats/h5_file.h"

#include <limits.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

_Static_assert(sizeof(real) == sizeof(float), "checkpoints hold floats");

// A file being read into a checkpoint.
struct reading {
    const struct h5_file *file;
    const char *path;
    struct checkpoint *checkpoint;
    struct error *err;
};

static int bad(const struct reading *r, const char *what)
{
    return error_set(r->err, ERR_FORMAT, "%s: damaged checkpoint: %s", r->path, what);
}

static int check_version(const struct reading *r)
{
    uint64_t version;
    if (!h5_file_find_attribute(r->file, CHECKPOINT_GROUP, "version")) {
        return error_set(r->err, ERR_FORMAT, "%s: a model, but no checkpoint: it has no group "
                         CHECKPOINT_GROUP, r->path);
    }
    int code = h5_file_u64(&version, r->file, CHECKPOINT_GROUP, "version", r->err);
    if (code == 0 && version != CHECKPOINT_FORMAT_VERSION) {
        code = error_set(r->err, ERR_VERSION, "%s: a checkpoint of format version %llu; this "
                         "program knows version %d", r->path, (unsigned long long)version,
                         CHECKPOINT_FORMAT_VERSION);
    }
    return code;
}

static int read_numbers(const struct reading *r)
{
    int code = 0;
    for (int i = 0; i < CHECKPOINT_NUMBERS && code == 0; i++) {
        const struct checkpoint_number *n = &checkpoint_numbers[i];
        void *at = (char *)r->checkpoint + n->offset;
        code = n->real ? h5_file_f64(at, r->file, CHECKPOINT_GROUP, n->name, r->err)
                       : h5_file_u64(at, r->file, CHECKPOINT_GROUP, n->name, r->err);
    }
    return code;
}

static int read_column(const struct reading *r, const struct history_column *column,
                       uint64_t rows)
{
    char path[96];
    const struct h5_dataset *d;
    snprintf(path, sizeof path, CHECKPOINT_HISTORY "/%s", column->name);
    int code = h5_file_require(&d, r->file, path, KIND_F64, 1, &rows, r->err);
    for (uint64_t i = 0; i < rows && code == 0; i++) {
        double value;
        void *at = (char *)&r->checkpoint->history.rows[i] + column->offset;
        memcpy(&value, (const char *)d->data + i * sizeof value, sizeof value);
        if (column->cell == HISTORY_WHOLE) {
            // Epochs are counted from 1, and none is left out.
            code = value == (double)(i + 1) && value <= INT_MAX
                ? 0 : bad(r, "its history leaves out epochs");
            *(int *)at = (int)(i + 1);
        } else {
            *(double *)at = value;
        }
    }
    return code;
}

static int read_history(const struct reading *r)
{
    uint64_t any = DIM_ANY;
    const struct h5_dataset *d;
    int code = h5_file_require(&d, r->file, CHECKPOINT_HISTORY "/epoch", KIND_F64, 1, &any,
                               r->err);
    if (code < 0) {
        return code;
    }
    uint64_t rows = d->count; // of 8 bytes each in the file: their sums cannot wrap
    struct history_row empty = history_row_empty(0);
    for (uint64_t i = 0; i < rows && code == 0; i++) {
        code = history_add(&r->checkpoint->history, &empty, r->err);
    }
    for (const struct history_column *c = history_columns; c->name && code == 0; c++) {
        code = checkpoint_has_column(c) ? read_column(r, c, rows) : 0;
    }
    return code;
}

static int read_array(const struct reading *r, const struct h5_dataset *d)
{
    struct checkpoint *checkpoint = r->checkpoint;
    const char *name = d->path + strlen(CHECKPOINT_OPTIMISER "/");
    const struct h5_dataset *checked;
    uint64_t any = DIM_ANY;
    int code = h5_file_require(&checked, r->file, d->path, KIND_F32, 1, &any, r->err);
    if (code < 0) {
        return code;
    }
    if (checkpoint->array_count == CHECKPOINT_ARRAYS_MAX || !text_is_clean(name)) {
        return bad(r, "an optimiser that remembers too much, or what has no clean name");
    }
    char *copy = strdup(name);
    real *values = malloc((size_t)d->bytes + 1);
    if (!copy || !values) {
        free(copy);
        free(values);
        return error_nomem(r->err, r->path);
    }
    memcpy(values, d->data, (size_t)d->bytes);
    checkpoint->arrays[checkpoint->array_count++]
        = (struct checkpoint_array){copy, values, (size_t)d->count};
    for (uint64_t i = 0; i < d->count && code == 0; i++) {
        code = isfinite(values[i]) ? 0 : bad(r, "its optimiser remembers what is not finite");
    }
    return code;
}

static int read_arrays(const struct reading *r)
{
    const char *prefix = CHECKPOINT_OPTIMISER "/";
    int code = 0;
    for (size_t i = 0; i < h5_file_dataset_count(r->file) && code == 0; i++) {
        const struct h5_dataset *d = h5_file_dataset(r->file, i);
        code = strncmp(d->path, prefix, strlen(prefix)) == 0 ? read_array(r, d) : 0;
    }
    return code;
}

static int check_digest(const struct reading *r, const struct model *model)
{
    const char *stored;
    char digest[DIGEST_HEX_SIZE];
    int code = h5_file_text(&stored, r->file, CHECKPOINT_GROUP, "digest", r->err);
    code = code < 0 ? code : checkpoint_digest(r->checkpoint, model->digest, digest, r->err);
    return code == 0 && strcmp(stored, digest) != 0
        ? bad(r, "its contents do not have the digest that it states") : code;
}

// What a trainer cannot check for itself.
static int check_numbers(const struct reading *r)
{
    const struct checkpoint *c = r->checkpoint;
    bool fits = c->position <= UINT32_MAX && c->correct <= c->examples
             && c->best_epoch <= c->history.count && isfinite(c->schedule_lr)
             && !isnan(c->schedule_best) && isfinite(c->loss_sum) && isfinite(c->lr)
             && isfinite(c->best_accuracy) && isfinite(c->best_loss);
    return fits ? 0 : bad(r, "its numbers contradict each other");
}

int checkpoint_read(struct checkpoint **ret, struct model **ret_model, const char *path,
                    const struct sandbox *sandbox, struct error *err)
{
    struct h5_file *file = NULL;
    struct model *model = NULL;
    struct checkpoint *checkpoint = calloc(1, sizeof *checkpoint);
    if (!checkpoint) {
        return error_nomem(err, path);
    }
    struct reading r = {.path = path, .checkpoint = checkpoint, .err = err};
    int code = model_read(&model, path, sandbox, err);
    code = code < 0 ? code : h5_file_open(&file, path, sandbox, NULL, err);
    r.file = file;
    code = code < 0 ? code : check_version(&r);
    code = code < 0 ? code : read_numbers(&r);
    code = code < 0 ? code : read_history(&r);
    code = code < 0 ? code : read_arrays(&r);
    code = code < 0 ? code : check_digest(&r, model);
    code = code < 0 ? code : check_numbers(&r);
    h5_file_close(&file);
    if (code < 0) {
        checkpoint_free(&checkpoint);
        model_free(&model);
        return code;
    }
    *ret = checkpoint;
    *ret_model = model;
    return 0;
}
