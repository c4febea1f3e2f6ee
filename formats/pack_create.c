/* Making a pack: all objects in it, its space, and what the plan knows. */

#include "formats/pack_writer.h"

#include "core/base/crash_point.h"
#include "formats/h5_write.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

static int compare_attributes(const void *a, const void *b)
{
    const struct pack_attribute *left = a, *right = b;
    return strcmp(left->name, right->name);
}

// By name, so that a pack made from others' attributes has the same bytes.
static int write_parameters(struct h5_writer *h5, const struct pack_plan *plan, struct error *err)
{
    size_t count = (size_t)plan->attribute_count;
    struct pack_attribute *sorted = calloc(count + 1, sizeof *sorted);
    if (!sorted) {
        return error_nomem(err, "parameters of a pack");
    }
    if (count > 0) {
        memcpy(sorted, plan->attributes, count * sizeof *sorted);
        qsort(sorted, count, sizeof *sorted, compare_attributes);
    }
    int code = 0;
    for (size_t i = 0; code == 0 && i < count; i++) {
        const struct pack_attribute *a = &sorted[i];
        code = a->type == ATTRIBUTE_TEXT ? h5_write_text(h5, "/", a->name, a->text, err)
                                         : h5_write_u64(h5, "/", a->name, a->integer, err);
    }
    free(sorted);
    return code;
}

static int write_attributes(struct h5_writer *h5, const struct pack_plan *plan, struct error *err)
{
    const char no_digest[] = "0000000000000000000000000000000000000000000000000000000000000000";
    int code = h5_write_text(h5, "/", "format", PACK_FORMAT_NAME, err);
    code = code < 0 ? code : h5_write_u64(h5, "/", "version", PACK_FORMAT_VERSION, err);
    code = code < 0 ? code : h5_write_u64(h5, "/", "complete", 0, err);
    code = code < 0 ? code : h5_write_text(h5, "/", "digest", no_digest, err);
    code = code < 0 ? code : h5_write_u64(h5, "/", "clips", plan->clips, err);
    code = code < 0 ? code : h5_write_u64(h5, "/", "clips_packed", 0, err);
    code = code < 0 ? code : h5_write_u64(h5, "/", "clips_failed", 0, err);
    if (code == 0) {
        code = h5_write_u64(h5, "/", "samples_per_clip", (uint64_t)plan->samples, err);
    }
    return code < 0 ? code : write_parameters(h5, plan, err);
}

static int create_table(struct pack_writer *w, struct h5_writer *h5, enum pack_table table,
                        const struct h5_type *type, struct error *err)
{
    uint64_t dims[PACK_RANK_MAX];
    int rank = pack_table_dims(table, &w->shape, dims);
    return h5_write_dataset(h5, pack_table_path(table), type, rank, dims, NULL,
                            &w->places.table[table], err);
}

static int create_labels(struct pack_writer *w, struct h5_writer *h5,
                         const struct pack_plan *plan, struct error *err)
{
    struct h5_member *members = calloc((size_t)plan->class_count + 1, sizeof *members);
    if (!members) {
        return error_nomem(err, w->places.name);
    }
    for (int i = 0; i < plan->class_count; i++) {
        members[i] = (struct h5_member){plan->classes[i], (uint64_t)i};
    }
    members[plan->class_count] = (struct h5_member){PACK_UNLABELLED_NAME, DATASET_UNLABELLED};
    struct h5_type type = {KIND_U16, 2, members, plan->class_count + 1};
    int code;
    if (h5_type_message_size(&type) > TYPE_MESSAGE_MAX) {
        code = error_set(err, ERR_VALUE, "%d classes: their names take %zu bytes, HDF5 has room "
                         "for %d", plan->class_count, h5_type_message_size(&type),
                         TYPE_MESSAGE_MAX);
    } else {
        code = create_table(w, h5, TABLE_LABELS, &type, err);
    }
    free(members);
    return code;
}

static int create_splits(struct pack_writer *w, struct h5_writer *h5,
                         const struct pack_plan *plan, struct error *err)
{
    struct h5_type type = pack_part_type();
    int code = h5_write_group(h5, PACK_SPLITS, err);
    for (int i = 0; code == 0 && i < plan->split_count; i++) {
        size_t size = sizeof PACK_SPLITS "/" + strlen(plan->splits[i].name);
        char *path = malloc(size);
        if (!path) {
            return error_nomem(err, w->places.name);
        }
        snprintf(path, size, PACK_SPLITS "/%s", plan->splits[i].name);
        code = h5_write_dataset(h5, path, &type, 1, &w->shape.rows, NULL, &w->splits[i], err);
        free(path);
    }
    return code;
}

static struct h5_type table_type(const struct pack_writer *w, enum pack_table table)
{
    switch (table) {
    case TABLE_PATH:
        return h5_type_text(w->places.path_size);
    case TABLE_GROUP:
        return h5_type_text(w->places.group_size);
    case TABLE_MESSAGE:
        return h5_type_text(PACK_MESSAGE_SIZE);
    case TABLE_STATUS:
        return pack_status_type();
    default:
        return h5_type_plain(pack_table_kind(table));
    }
}

static int create_objects(struct pack_writer *w, struct h5_writer *h5,
                          const struct pack_plan *plan, struct error *err)
{
    int code = write_attributes(h5, plan, err);
    code = code < 0 ? code : create_labels(w, h5, plan, err);
    code = code < 0 ? code : create_splits(w, h5, plan, err);
    code = code < 0 ? code : h5_write_group(h5, "/clips", err);
    for (int t = TABLE_CRC32C; code == 0 && t < TABLE_COUNT; t++) {
        struct h5_type type = table_type(w, (enum pack_table)t);
        code = create_table(w, h5, (enum pack_table)t, &type, err);
    }
    // The frames come last, and alone at their alignment: tables stay dense.
    code = code < 0 ? code
                    : h5_write_align(h5, w->shape.rows * w->slot, PACK_FRAMES_ALIGN, err);
    struct h5_type type = h5_type_plain(KIND_U8);
    return code < 0 ? code : create_table(w, h5, TABLE_FRAMES, &type, err);
}

static int create_file(struct pack_writer *w, const struct pack_plan *plan, struct error *err)
{
    struct h5_writer *h5;
    int code = h5_write_open(&h5, w->places.name, err);
    if (code < 0) {
        return code;
    }
    code = create_objects(w, h5, plan, err);
    if (code < 0) {
        h5_write_abandon(&h5);
        return code;
    }
    code = h5_write_close(&h5, err);
    struct stat status;
    if (code == 0 && fstat(w->places.fd, &status) < 0) {
        code = error_errno(err, errno, "%s", w->places.name);
    }
    return code < 0 ? code : output_reserve(w->output, (uint64_t)status.st_size, err);
}

static int allocate(struct pack_writer *w, struct error *err)
{
    size_t row = 8 * (size_t)w->shape.frames;
    row = row > PACK_MESSAGE_SIZE ? row : PACK_MESSAGE_SIZE;
    w->splits = calloc((size_t)w->split_count + 1, sizeof *w->splits);
    w->done = calloc(w->clips / 8 + 1, 1);
    w->scratch = calloc(w->samples, row);
    w->places.split = w->splits;
    return w->splits && w->done && w->scratch ? 0 : error_nomem(err, "tables of a pack");
}

int pack_writer_create_file(struct pack_writer *w, const struct pack_plan *plan,
                            struct error *err)
{
    int code = create_file(w, plan, err);
    crash_point("pack-created");
    return code < 0 ? code : pack_plan_write(plan, &w->places, err);
}

int pack_writer_open(struct pack_writer **ret, const char *path, bool force,
                     const struct pack_plan *plan, struct error *err)
{
    struct pack_shape shape;
    struct pack_places places = {0};
    int code = pack_plan_check(plan, &shape, &places.path_size, &places.group_size, err);
    if (code < 0) {
        return code;
    }
    struct pack_writer *w = calloc(1, sizeof *w);
    if (!w) {
        return error_nomem(err, path);
    }
    w->shape = shape;
    w->places = places;
    w->clips = plan->clips;
    w->samples = (size_t)plan->samples;
    w->slot = (size_t)(shape.frames * shape.height * shape.width * 3);
    w->split_count = plan->split_count;
    code = allocate(w, err);
    code = code < 0 ? code : output_open(&w->output, path, force, err);
    if (code < 0) {
        pack_writer_free(&w);
        return code;
    }
    w->places.fd = output_fd(w->output);
    w->places.name = output_partial_path(w->output);
    *ret = w;
    return 0;
}

int pack_create(struct pack_writer **ret, const char *path, bool force,
                const struct pack_plan *plan, struct error *err)
{
    struct pack_writer *w;
    int code = pack_writer_open(&w, path, force, plan, err);
    if (code < 0) {
        return code;
    }
    // What it says of another run's file is not true of this one's.
    struct pack_journal *stale;
    if (pack_journal_open(&stale, path, false, NULL) == 0) {
        pack_journal_remove(&stale);
    }
    code = pack_writer_create_file(w, plan, err);
    if (code < 0) {
        pack_abandon(&w);
        return code;
    }
    *ret = w;
    return 0;
}
