/* The checked look-ups of formats/h5_file.h: what a format asks of a file. */

#include "formats/h5_file.h"

#include "core/base/text.h"

#include <stdio.h>
#include <string.h>

enum { SHOWN = 160 }; // bytes of a foreign name in a message

// "u8 [354][3]"; a dimension that may be anything is "[]".
static char *describe(char out[SHOWN], enum h5_kind kind, int rank, const uint64_t *dims)
{
    int used = snprintf(out, SHOWN, "%s%s", h5_kind_name(kind), rank ? " " : "");
    for (int i = 0; i < rank && used < SHOWN; i++) {
        size_t room = (size_t)(SHOWN - used);
        used += !dims || dims[i] == DIM_ANY
            ? snprintf(out + used, room, "[]")
            : snprintf(out + used, room, "[%llu]", (unsigned long long)dims[i]);
    }
    return out;
}

static bool fits(const struct h5_dataset *d, enum h5_kind kind, int rank, const uint64_t *dims)
{
    if (d->type.kind != kind || d->rank != rank) {
        return false;
    }
    for (int i = 0; i < rank; i++) {
        if (dims && dims[i] != DIM_ANY && dims[i] != d->dim[i]) {
            return false;
        }
    }
    return true;
}

int h5_file_require(const struct h5_dataset **ret, const struct h5_file *file, const char *path,
                    enum h5_kind kind, int rank, const uint64_t *dims, struct error *err)
{
    const struct h5_dataset *d = h5_file_find(file, path);
    char name[SHOWN], is[SHOWN], wanted[SHOWN];
    text_escape(name, sizeof name, path);
    describe(wanted, kind, rank, dims);
    if (!d) {
        return error_set(err, ERR_FORMAT, "%s: has no %s (%s)", h5_file_path(file), name, wanted);
    }
    if (!fits(d, kind, rank, dims)) {
        return error_set(err, ERR_FORMAT, "%s: %s is %s, should be %s", h5_file_path(file), name,
                         describe(is, d->type.kind, d->rank, d->dim), wanted);
    }
    if (!d->data) {
        return error_set(err, ERR_FORMAT, "%s: %s is not contiguous, so it cannot be mapped",
                         h5_file_path(file), name);
    }
    *ret = d;
    return 0;
}

bool h5_dataset_is_aligned(const struct h5_dataset *dataset)
{
    size_t size = h5_kind_size(dataset->type.kind);
    return size < 2 || dataset->offset % size == 0;
}

int h5_file_check_texts(const struct h5_file *file, const struct h5_dataset *dataset,
                        struct error *err)
{
    const char *last = (const char *)dataset->data + dataset->type.size - 1;
    for (uint64_t i = 0; i < dataset->count; i++) {
        if (last[i * dataset->type.size] != 0) {
            char name[SHOWN];
            return error_set(err, ERR_FORMAT, "%s: %s: text %llu has no end",
                             h5_file_path(file), text_escape(name, sizeof name, dataset->path),
                             (unsigned long long)i);
        }
    }
    return 0;
}

const char *h5_dataset_text(const struct h5_dataset *dataset, uint64_t index)
{
    return (const char *)dataset->data + index * dataset->type.size;
}

// ---- attributes ----

static int wrong(const struct h5_file *file, const struct h5_attribute *a, const char *wanted,
                 struct error *err)
{
    char object[SHOWN], name[SHOWN];
    const char *kind = a->type.kind == KIND_OTHER ? "of another type"
                     : a->count == 1 ? h5_kind_name(a->type.kind) : "not one value";
    return error_set(err, ERR_FORMAT, "%s: attribute %s of %s is %s, should be %s",
                     h5_file_path(file), text_escape(name, sizeof name, a->name),
                     text_escape(object, sizeof object, a->object), kind, wanted);
}

static int find(const struct h5_attribute **ret, const struct h5_file *file, const char *object,
                const char *name, struct error *err)
{
    const struct h5_attribute *a = h5_file_find_attribute(file, object, name);
    if (!a) {
        char shown[SHOWN];
        return error_set(err, ERR_FORMAT, "%s: %s has no attribute %s", h5_file_path(file),
                         text_escape(shown, sizeof shown, object), name);
    }
    *ret = a;
    return 0;
}

int h5_file_text(const char **ret, const struct h5_file *file, const char *object,
                 const char *name, struct error *err)
{
    const struct h5_attribute *a = NULL;
    int code = find(&a, file, object, name, err);
    if (code < 0) {
        return code;
    }
    if (a->type.kind != KIND_TEXT || a->count != 1) {
        return wrong(file, a, "a fixed-length text", err);
    }
    *ret = a->value;
    return 0;
}

// An integer of any size as a sign and 64 bits; false for other kinds.
static bool integer_value(const struct h5_attribute *a, bool *ret_negative, uint64_t *ret)
{
    if (a->count != 1 || a->type.kind < KIND_U8 || a->type.kind > KIND_I64) {
        return false;
    }
    uint64_t value = 0; // little-endian, as the file and the machine
    memcpy(&value, a->value, a->type.size);
    bool is_signed = a->type.kind >= KIND_I8;
    unsigned spare = 64 - 8 * (unsigned)a->type.size;
    if (is_signed) {
        value = (uint64_t)((int64_t)(value << spare) >> spare);
    }
    *ret_negative = is_signed && value >> 63;
    *ret = value;
    return true;
}

int h5_file_u64(uint64_t *ret, const struct h5_file *file, const char *object, const char *name,
                struct error *err)
{
    const struct h5_attribute *a = NULL;
    int code = find(&a, file, object, name, err);
    if (code < 0) {
        return code;
    }
    bool negative;
    uint64_t value;
    if (!integer_value(a, &negative, &value)) {
        return wrong(file, a, "one whole number", err);
    }
    if (negative) {
        char shown[SHOWN];
        return error_set(err, ERR_FORMAT, "%s: attribute %s of %s is negative (%lld)",
                         h5_file_path(file), name, text_escape(shown, sizeof shown, object),
                         (long long)value);
    }
    *ret = value;
    return 0;
}

int h5_file_f64(double *ret, const struct h5_file *file, const char *object, const char *name,
                struct error *err)
{
    const struct h5_attribute *a = NULL;
    int code = find(&a, file, object, name, err);
    if (code < 0) {
        return code;
    }
    bool negative;
    uint64_t value;
    if (integer_value(a, &negative, &value)) {
        uint64_t size = negative ? -value : value;
        if (size > (uint64_t)1 << 53) {
            return wrong(file, a, "a number that a double holds exactly", err);
        }
        *ret = negative ? -(double)size : (double)size;
        return 0;
    }
    if (a->count == 1 && a->type.kind == KIND_F64) {
        memcpy(ret, a->value, sizeof *ret);
        return 0;
    }
    if (a->count == 1 && a->type.kind == KIND_F32) {
        float single;
        memcpy(&single, a->value, sizeof single);
        *ret = single;
        return 0;
    }
    return wrong(file, a, "one number", err);
}
