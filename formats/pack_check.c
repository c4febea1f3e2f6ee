/* What a reader of a pack may rely on, checked once when it is opened. */

#include "formats/pack_layout.h"

#include "core/base/text.h"
#include "formats/h5_file.h"

#include <stdlib.h>
#include <string.h>

enum { SHOWN = 160 };

static int damaged(const struct pack *pack, struct error *err, const char *what)
{
    return error_set(err, ERR_FORMAT, "%s: damaged: %s", pack->path, what);
}

static int bad_row(const struct pack *pack, struct error *err, const char *table, size_t row,
                   unsigned value)
{
    char shown[SHOWN];
    return error_set(err, ERR_FORMAT, "%s: damaged: %s of sample %zu is %u", pack->path,
                     text_escape(shown, sizeof shown, table), row, value);
}

// ---- tables ----

static int find_shape(const struct pack *pack, struct pack_shape *ret, struct error *err)
{
    const uint64_t any[] = {DIM_ANY, DIM_ANY, DIM_ANY, DIM_ANY, 3};
    const struct h5_dataset *d = NULL;
    int code = h5_file_require(&d, pack->file, "/frames", KIND_U8, 5, any, err);
    if (code < 0) {
        return code;
    }
    if (d->dim[0] < 1 || d->dim[0] > UINT32_MAX || d->dim[1] < 1 || d->dim[1] > PACK_FRAMES_MAX
        || d->dim[2] < 1 || d->dim[2] > PACK_SIDE_MAX || d->dim[3] < 1
        || d->dim[3] > PACK_SIDE_MAX) {
        return damaged(pack, err, "/frames has dimensions that no pack has");
    }
    if (d->offset % PACK_FRAMES_ALIGN != 0) {
        return damaged(pack, err, "/frames does not begin at a multiple of 4096 bytes");
    }
    *ret = (struct pack_shape){d->dim[0], d->dim[1], d->dim[2], d->dim[3]};
    return 0;
}

static int find_table(const struct h5_dataset **ret, const struct pack *pack,
                      const struct pack_shape *shape, enum pack_table table, struct error *err)
{
    uint64_t dims[PACK_RANK_MAX];
    int rank = pack_table_dims(table, shape, dims);
    const struct h5_dataset *d = NULL;
    int code = h5_file_require(&d, pack->file, pack_table_path(table), pack_table_kind(table),
                               rank, dims, err);
    if (code < 0) {
        return code;
    }
    if (d->offset % PACK_TABLE_ALIGN != 0) {
        return error_set(err, ERR_FORMAT, "%s: damaged: %s does not begin at a multiple of %d "
                         "bytes", pack->path, d->path, PACK_TABLE_ALIGN);
    }
    if (d->type.kind == KIND_TEXT) {
        code = h5_file_check_texts(pack->file, d, err);
    }
    if (code == 0) {
        *ret = d;
    }
    return code;
}

static struct pack_text text_of(const struct h5_dataset *d)
{
    return (struct pack_text){d->data, d->type.size};
}

// A copy of a table whose values lead to other places in memory. It is made before they
// are checked: whoever writes to the file later does not reach them. NULL: out of memory.
static void *copy_of(const struct h5_dataset *d)
{
    void *copy = malloc((size_t)d->bytes);
    return copy ? memcpy(copy, d->data, (size_t)d->bytes) : NULL;
}

static bool same_members(const struct h5_type *is, struct h5_type wanted)
{
    bool same = is->member_count == wanted.member_count;
    for (int i = 0; same && i < wanted.member_count; i++) {
        same = is->members[i].value == wanted.members[i].value
            && strcmp(is->members[i].name, wanted.members[i].name) == 0;
    }
    return same;
}

static int set_tables(struct pack *pack, const struct h5_dataset *const t[TABLE_COUNT],
                      const struct pack_shape *shape, struct error *err)
{
    pack->data = (struct dataset){
        .frames = t[TABLE_FRAMES]->data,
        .labels = copy_of(t[TABLE_LABELS]),
        .samples = (size_t)shape->rows,
        .frames_per_sample = (int)shape->frames,
        .height = (int)shape->height,
        .width = (int)shape->width,
    };
    pack->crc32c = t[TABLE_CRC32C]->data;
    pack->paths = text_of(t[TABLE_PATH]);
    pack->groups = text_of(t[TABLE_GROUP]);
    pack->messages = text_of(t[TABLE_MESSAGE]);
    pack->sample = t[TABLE_SAMPLE]->data;
    pack->status = copy_of(t[TABLE_STATUS]);
    pack->width = t[TABLE_WIDTH]->data;
    pack->height = t[TABLE_HEIGHT]->data;
    pack->frame_count = t[TABLE_FRAME_COUNT]->data;
    pack->decode_errors = t[TABLE_DECODE_ERRORS]->data;
    pack->frame_index = t[TABLE_FRAME_INDEX]->data;
    pack->timestamp = t[TABLE_TIMESTAMP]->data;
    pack->frame_rate = t[TABLE_FRAME_RATE]->data;
    pack->bytes = t[TABLE_BYTES]->data;
    if (!pack->data.labels || !pack->status) {
        return error_nomem(err, pack->path);
    }
    if (!same_members(&t[TABLE_STATUS]->type, pack_status_type())) {
        return damaged(pack, err, "/clips/status is not the enum ok, repeated, failed, pending");
    }
    return 0;
}

// ---- classes ----

static int set_classes(struct pack *pack, const struct h5_type *type, struct error *err)
{
    int count = type->member_count - 1;
    if (count < 0 || type->members[count].value != DATASET_UNLABELLED
        || strcmp(type->members[count].name, PACK_UNLABELLED_NAME) != 0) {
        return damaged(pack, err, "/labels is no enum of classes and \"unlabelled\" (65535)");
    }
    pack->classes = calloc((size_t)count + 1, sizeof *pack->classes);
    if (!pack->classes) {
        return error_nomem(err, pack->path);
    }
    for (int i = 0; i < count; i++) {
        if (type->members[i].value != (uint64_t)i || !type->members[i].name[0]) {
            return damaged(pack, err, "the classes of /labels are not numbered from 0, or one "
                           "has no name");
        }
        pack->classes[i] = strdup(type->members[i].name);
        if (!pack->classes[i]) {
            return error_nomem(err, pack->path);
        }
        pack->class_count = i + 1;
    }
    for (size_t i = 0; i < pack->data.samples; i++) {
        uint16_t label = pack->data.labels[i];
        if (label >= count && label != DATASET_UNLABELLED) {
            return bad_row(pack, err, "label", i, label);
        }
    }
    return 0;
}

// ---- splits ----

static int set_split(struct pack *pack, const struct h5_dataset *d, struct error *err)
{
    const uint64_t rows = pack->data.samples;
    const struct h5_dataset *checked = NULL;
    int code = h5_file_require(&checked, pack->file, d->path, KIND_U8, 1, &rows, err);
    if (code < 0) {
        return code;
    }
    char shown[SHOWN];
    text_escape(shown, sizeof shown, d->path);
    const char *name = d->path + sizeof PACK_SPLITS;
    if (!name[0] || strchr(name, '/') || !same_members(&d->type, pack_part_type())) {
        return error_set(err, ERR_FORMAT, "%s: damaged: %s is not the enum none, train, val, "
                         "test", pack->path, shown);
    }
    struct pack_column *column = &pack->splits[pack->split_count++];
    column->name = strdup(name);
    column->parts = copy_of(d);
    if (!column->name || !column->parts) {
        return error_nomem(err, pack->path);
    }
    const uint8_t *parts = column->parts;
    for (size_t i = 0; i < pack->data.samples; i++) {
        if (parts[i] >= PART_COUNT) {
            return bad_row(pack, err, d->path, i, parts[i]);
        }
        if (parts[i] != PART_NONE && pack->status[i] == CLIP_FAILED) {
            return error_set(err, ERR_FORMAT, "%s: damaged: %s: sample %zu failed, and is in a "
                             "part", pack->path, shown, i);
        }
    }
    return 0;
}

static bool is_split(const struct h5_dataset *d)
{
    return strncmp(d->path, PACK_SPLITS "/", sizeof PACK_SPLITS) == 0;
}

static int set_splits(struct pack *pack, struct error *err)
{
    size_t all = h5_file_dataset_count(pack->file), count = 0;
    for (size_t i = 0; i < all; i++) {
        count += is_split(h5_file_dataset(pack->file, i));
    }
    pack->splits = calloc(count + 1, sizeof *pack->splits);
    int code = pack->splits ? 0 : error_nomem(err, pack->path);
    for (size_t i = 0; code == 0 && i < all; i++) {
        const struct h5_dataset *d = h5_file_dataset(pack->file, i);
        code = is_split(d) ? set_split(pack, d, err) : 0;
    }
    return code;
}

// ---- rows and counts ----

static int check_rows(const struct pack *pack, bool may_be_pending, size_t *ret_failed,
                      struct error *err)
{
    size_t failed = 0;
    uint32_t samples = (uint32_t)pack->samples_per_clip, k = 0;
    for (size_t i = 0; i < pack->data.samples; i++) {
        uint8_t status = pack->status[i];
        if (status > CLIP_PENDING || (status == CLIP_PENDING && !may_be_pending)) {
            return bad_row(pack, err, "status", i, status);
        }
        if (k > 0 && status != pack->status[i - 1]) {
            return bad_row(pack, err, "status", i, status);
        }
        if (pack->sample[i] != k) {
            return bad_row(pack, err, "number within its clip", i, pack->sample[i]);
        }
        failed += status == CLIP_FAILED && k == 0;
        k = k + 1 < samples ? k + 1 : 0;
    }
    *ret_failed = failed;
    return 0;
}

static int check_counts(struct pack *pack, bool complete, struct error *err)
{
    uint64_t clips = 0, samples = 0, packed = 0, failed = 0;
    int code = h5_file_u64(&clips, pack->file, "/", "clips", err);
    code = code < 0 ? code : h5_file_u64(&samples, pack->file, "/", "samples_per_clip", err);
    code = code < 0 ? code : h5_file_u64(&packed, pack->file, "/", "clips_packed", err);
    code = code < 0 ? code : h5_file_u64(&failed, pack->file, "/", "clips_failed", err);
    if (code < 0) {
        return code;
    }
    uint64_t rows = 0;
    if (samples < 1 || samples > PACK_FRAMES_MAX || __builtin_mul_overflow(clips, samples, &rows)
        || rows != pack->data.samples) {
        return error_set(err, ERR_FORMAT, "%s: damaged: %zu samples cannot be %llu clips of %llu",
                         pack->path, pack->data.samples, (unsigned long long)clips,
                         (unsigned long long)samples);
    }
    pack->clips = (size_t)clips;
    pack->samples_per_clip = (int)samples;
    size_t failed_rows = 0;
    code = check_rows(pack, !complete, &failed_rows, err);
    if (code == 0 && complete && (failed != failed_rows || packed != clips - failed)) {
        code = damaged(pack, err, "clips_packed and clips_failed are not what the clips say");
    }
    return code;
}

// ---- parameters ----

static int set_attributes(struct pack *pack, struct error *err)
{
    size_t all = h5_file_attribute_count(pack->file);
    pack->attributes = calloc(all + 1, sizeof *pack->attributes);
    if (!pack->attributes) {
        return error_nomem(err, pack->path);
    }
    for (size_t i = 0; i < all; i++) {
        const struct h5_attribute *a = h5_file_attribute(pack->file, i);
        struct pack_value value = {.is_text = a->type.kind == KIND_TEXT && a->count == 1};
        static const char *const hidden[] = {"format", "version", "complete", "digest"};
        bool shown = strcmp(a->object, "/") == 0;
        for (size_t h = 0; h < sizeof hidden / sizeof hidden[0]; h++) {
            shown = shown && strcmp(a->name, hidden[h]) != 0;
        }
        if (!shown
            || (!value.is_text
                && h5_file_u64(&value.integer, pack->file, "/", a->name, NULL) < 0)) {
            continue;
        }
        value.name = strdup(a->name);
        value.text = value.is_text ? strdup(a->value) : NULL;
        pack->attributes[pack->attribute_count++] = value;
        if (!value.name || (value.is_text && !value.text)) {
            return error_nomem(err, pack->path);
        }
    }
    return 0;
}

int pack_check(struct pack *pack, struct error *err)
{
    struct pack_shape shape;
    const struct h5_dataset *tables[TABLE_COUNT];
    uint64_t complete = 0;
    int code = h5_file_u64(&complete, pack->file, "/", "complete", err);
    code = code < 0 ? code : find_shape(pack, &shape, err);
    for (int t = 0; code == 0 && t < TABLE_COUNT; t++) {
        code = find_table(&tables[t], pack, &shape, (enum pack_table)t, err);
    }
    code = code < 0 ? code : set_tables(pack, tables, &shape, err);
    code = code < 0 ? code : set_classes(pack, &tables[TABLE_LABELS]->type, err);
    code = code < 0 ? code : check_counts(pack, complete == 1, err);
    code = code < 0 ? code : set_splits(pack, err);
    return code < 0 ? code : set_attributes(pack, err);
}
