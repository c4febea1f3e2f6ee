/* Writing the checkpoint file: docs/checkpoint-format.md. */

#include "formats/checkpoint.h"

#include "formats/checkpoint_parts.h"
#include "formats/model_parts.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

_Static_assert(sizeof(real) == sizeof(float), "checkpoints hold floats");

// As a reader finds them.
static int compare_arrays(const void *a, const void *b)
{
    const struct checkpoint_array *x = a, *y = b;
    return strcmp(x->name, y->name);
}

static int write_numbers(struct h5_writer *writer, const struct checkpoint *checkpoint,
                         struct error *err)
{
    int code = 0;
    for (int i = 0; i < CHECKPOINT_NUMBERS && code == 0; i++) {
        const struct checkpoint_number *n = &checkpoint_numbers[i];
        const void *at = (const char *)checkpoint + n->offset;
        code = n->real
            ? h5_write_f64(writer, CHECKPOINT_GROUP, n->name, *(const double *)at, err)
            : h5_write_u64(writer, CHECKPOINT_GROUP, n->name, *(const uint64_t *)at, err);
    }
    return code;
}

static int write_history(struct h5_writer *writer, const struct history *history,
                         struct error *err)
{
    double *cells = calloc(history->count + 1, sizeof *cells);
    if (!cells) {
        return error_nomem(err, "history of a checkpoint");
    }
    struct h5_type type = h5_type_plain(KIND_F64);
    uint64_t dim = history->count;
    int code = h5_write_group(writer, CHECKPOINT_HISTORY, err);
    for (const struct history_column *c = history_columns; c->name && code == 0; c++) {
        char path[96];
        if (!checkpoint_has_column(c)) {
            continue;
        }
        for (size_t i = 0; i < history->count; i++) {
            cells[i] = checkpoint_cell(&history->rows[i], c);
        }
        snprintf(path, sizeof path, CHECKPOINT_HISTORY "/%s", c->name);
        code = h5_write_dataset(writer, path, &type, 1, &dim, cells, NULL, err);
    }
    free(cells);
    return code;
}

static int write_arrays(struct h5_writer *writer, const struct checkpoint *checkpoint,
                        struct error *err)
{
    struct h5_type type = h5_type_plain(KIND_F32);
    int code = h5_write_group(writer, CHECKPOINT_OPTIMISER, err);
    for (int i = 0; i < checkpoint->array_count && code == 0; i++) {
        const struct checkpoint_array *a = &checkpoint->arrays[i];
        char path[96];
        uint64_t dim = a->count;
        snprintf(path, sizeof path, CHECKPOINT_OPTIMISER "/%s", a->name);
        code = h5_write_dataset(writer, path, &type, 1, &dim, a->values, NULL, err);
    }
    return code;
}

static int write_more(struct h5_writer *writer, const void *context, const char *model_digest,
                      struct error *err)
{
    const struct checkpoint *checkpoint = context;
    char digest[DIGEST_HEX_SIZE];
    int code = checkpoint_digest(checkpoint, model_digest, digest, err);
    code = code < 0 ? code : h5_write_group(writer, CHECKPOINT_GROUP, err);
    code = code < 0 ? code : h5_write_u64(writer, CHECKPOINT_GROUP, "version",
                                          CHECKPOINT_FORMAT_VERSION, err);
    code = code < 0 ? code : h5_write_text(writer, CHECKPOINT_GROUP, "digest", digest, err);
    code = code < 0 ? code : write_numbers(writer, checkpoint, err);
    code = code < 0 ? code : write_history(writer, &checkpoint->history, err);
    return code < 0 ? code : write_arrays(writer, checkpoint, err);
}

int checkpoint_write(const char *path, const struct model *model,
                     const struct checkpoint *checkpoint, struct error *err)
{
    struct checkpoint sorted = *checkpoint;
    qsort(sorted.arrays, (size_t)sorted.array_count, sizeof sorted.arrays[0], compare_arrays);
    return model_write_with(path, model, true, write_more, &sorted, err);
}
