/* The checksums of a pack: docs/pack-format.md, "Checksums". */

#include "formats/pack_layout.h"

#include "core/base/crc32c.h"
#include "core/base/digest.h"
#include "formats/h5_file.h"

#include <string.h>

static void add_number(struct digest *digest, uint64_t number)
{
    unsigned char bytes[8];
    for (int i = 0; i < 8; i++) {
        bytes[i] = (unsigned char)(number >> 8 * i);
    }
    digest_add(digest, bytes, sizeof bytes);
}

static void add_type(struct digest *digest, const struct h5_type *type)
{
    digest_add_text(digest, h5_kind_name(type->kind));
    add_number(digest, type->size);
    add_number(digest, (uint64_t)type->member_count);
    for (int i = 0; i < type->member_count; i++) {
        digest_add_text(digest, type->members[i].name);
        add_number(digest, type->members[i].value);
    }
}

static bool counts(const struct h5_attribute *a)
{
    return strcmp(a->object, "/") == 0 && strcmp(a->name, "digest") != 0
        && strcmp(a->name, "complete") != 0;
}

static void add_attribute(struct digest *digest, const struct h5_attribute *a)
{
    digest_add_text(digest, "attribute");
    digest_add_text(digest, a->name);
    add_type(digest, &a->type);
    add_number(digest, a->count);
    digest_add(digest, a->value, a->value ? (size_t)a->count * a->type.size : 0);
}

static void add_dataset(struct digest *digest, const struct h5_dataset *d)
{
    digest_add_text(digest, "dataset");
    digest_add_text(digest, d->path);
    add_type(digest, &d->type);
    add_number(digest, (uint64_t)d->rank);
    for (int i = 0; i < d->rank; i++) {
        add_number(digest, d->dim[i]);
    }
    bool has_bytes = d->data && strcmp(d->path, pack_table_path(TABLE_FRAMES)) != 0;
    digest_add(digest, d->data, has_bytes ? (size_t)d->bytes : 0);
}

int pack_digest(const struct pack *pack, char hex[65], struct error *err)
{
    struct digest *digest = digest_start();
    if (!digest) {
        return error_nomem(err, pack->path);
    }
    digest_add_text(digest, "triptych pack digest 1");
    for (size_t i = 0; i < h5_file_attribute_count(pack->file); i++) {
        const struct h5_attribute *a = h5_file_attribute(pack->file, i);
        if (counts(a)) {
            add_attribute(digest, a);
        }
    }
    for (size_t i = 0; i < h5_file_dataset_count(pack->file); i++) {
        add_dataset(digest, h5_file_dataset(pack->file, i));
    }
    digest_finish(&digest, hex);
    return 0;
}

int pack_verify(const struct pack *pack, size_t *ret_bad, size_t *bad_rows, size_t bad_capacity,
                bool *ret_digest_ok, struct error *err)
{
    char hex[DIGEST_HEX_SIZE];
    int code = pack_digest(pack, hex, err);
    if (code < 0) {
        return code;
    }
    const struct dataset *data = &pack->data;
    size_t slot = (size_t)data->frames_per_sample * (size_t)data->height * (size_t)data->width * 3;
    size_t bad = 0;
    for (size_t i = 0; i < data->samples; i++) {
        if (crc32c(0, data->frames + i * slot, slot) == pack->crc32c[i]) {
            continue;
        }
        if (bad_rows && bad < bad_capacity) {
            bad_rows[bad] = i;
        }
        bad++;
    }
    *ret_bad = bad;
    *ret_digest_ok = strcmp(hex, pack->digest) == 0;
    return 0;
}
