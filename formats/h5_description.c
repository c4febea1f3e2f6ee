#include "formats/h5_description.h"

#include "core/base/text.h"
#include "formats/h5_outline.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

struct parse {
    const unsigned char *data;
    size_t size;
    size_t at;
    const char *name;
    const unsigned char *mapping;
    uint64_t file_size;
    const struct h5_limits *limits;
    struct h5_description *to;
    size_t dataset_room;
    size_t attribute_room;
    struct error *err;
};

static int nonsense(struct parse *p, const char *what)
{
    error_set(p->err, ERR_CHILD, "%s: its reader's answer makes no sense (%s, byte %zu)",
              p->name, what, p->at);
    return ERR_CHILD;
}

static int damaged(struct parse *p, const char *object, const char *what)
{
    char shown[200];
    error_set(p->err, ERR_FORMAT, "%s: damaged: %s: %s", p->name,
              text_escape(shown, sizeof shown, object), what);
    return ERR_FORMAT;
}

// ---- fields ----

static int get(struct parse *p, void *to, size_t size)
{
    if (size > p->size - p->at) {
        return nonsense(p, "cut short");
    }
    memcpy(to, p->data + p->at, size);
    p->at += size;
    return 0;
}

static int get_text(struct parse *p, const char **ret)
{
    uint32_t length;
    int code = get(p, &length, sizeof length);
    if (code < 0) {
        return code;
    }
    if (length >= p->size - p->at) {
        return nonsense(p, "a name too long");
    }
    const char *text = (const char *)p->data + p->at;
    if (memchr(text, 0, (size_t)length + 1) != text + length) {
        return nonsense(p, "a name with a hole");
    }
    p->at += (size_t)length + 1;
    *ret = text;
    return 0;
}

static int get_path(struct parse *p, const char **ret)
{
    const char *path;
    int code = get_text(p, &path);
    if (code == 0 && path[0] != '/') {
        code = nonsense(p, "a path");
    }
    if (code == 0) {
        *ret = path;
    }
    return code;
}

static int by_value(const void *a, const void *b)
{
    uint64_t x = ((const struct h5_member *)a)->value, y = ((const struct h5_member *)b)->value;
    return (x > y) - (x < y);
}

static int by_name(const void *a, const void *b)
{
    return strcmp(((const struct h5_member *)a)->name, ((const struct h5_member *)b)->name);
}

static int check_members(struct parse *p, struct h5_member *members, uint32_t count,
                         const char *object)
{
    qsort(members, count, sizeof *members, by_name);
    for (uint32_t i = 1; i < count; i++) {
        if (strcmp(members[i - 1].name, members[i].name) == 0) {
            return damaged(p, object, "an enum has one name twice");
        }
    }
    qsort(members, count, sizeof *members, by_value);
    for (uint32_t i = 1; i < count; i++) {
        if (members[i - 1].value == members[i].value) {
            return damaged(p, object, "an enum has one value twice");
        }
    }
    return 0;
}

static int get_members(struct parse *p, struct h5_type *type, uint32_t count, const char *object)
{
    enum { SMALLEST = 4 + 1 + 8 }; // a member with an empty name
    if (type->kind < KIND_U8 || type->kind > KIND_U64 || count > INT32_MAX
        || count > (p->size - p->at) / SMALLEST) {
        return nonsense(p, "an enum");
    }
    struct h5_member *members = calloc(count, sizeof *members);
    if (!members) {
        return error_nomem(p->err, p->name);
    }
    int code = 0;
    for (uint32_t i = 0; code == 0 && i < count; i++) {
        code = get_text(p, &members[i].name);
        code = code < 0 ? code : get(p, &members[i].value, sizeof members[i].value);
        if (code == 0 && type->size < 8 && members[i].value >> (8 * type->size)) {
            code = nonsense(p, "an enum's value");
        }
    }
    code = code < 0 ? code : check_members(p, members, count, object);
    if (code < 0) {
        free(members);
        return code;
    }
    type->members = members;
    type->member_count = (int)count;
    return 0;
}

// On success the caller owns ret->members.
static int get_type(struct parse *p, struct h5_type *ret, const char *object)
{
    uint8_t kind;
    uint64_t size;
    uint32_t members;
    int code = get(p, &kind, sizeof kind);
    code = code < 0 ? code : get(p, &size, sizeof size);
    code = code < 0 ? code : get(p, &members, sizeof members);
    if (code < 0) {
        return code;
    }
    if (kind >= KIND_COUNT) {
        return nonsense(p, "a type");
    }
    bool right = kind == KIND_TEXT ? size > 0 && size <= INT64_MAX
                                   : size == h5_kind_size((enum h5_kind)kind);
    if (!right) {
        return nonsense(p, "the size of a type");
    }
    struct h5_type type = {.kind = (enum h5_kind)kind, .size = (size_t)size};
    if (members > 0) {
        code = get_members(p, &type, members, object);
    }
    if (code == 0) {
        *ret = type;
    }
    return code;
}

// ---- records ----

// Room for one more element; *room is how many fit, limit how many may.
static int grow(struct parse *p, void **array, size_t count, size_t *room, size_t limit,
                size_t size)
{
    if (count >= limit) {
        return nonsense(p, "too many objects");
    }
    if (count < *room) {
        return 0;
    }
    size_t more = *room ? *room * 2 : 32;
    void *bigger = realloc(*array, more * size);
    if (!bigger) {
        return error_nomem(p->err, p->name);
    }
    *array = bigger;
    *room = more;
    return 0;
}

static int get_dims(struct parse *p, struct h5_dataset *d)
{
    uint8_t rank;
    int code = get(p, &rank, sizeof rank);
    if (code < 0) {
        return code;
    }
    if (rank > TYPE_RANK_MAX) {
        return nonsense(p, "a rank");
    }
    d->rank = rank;
    code = get(p, d->dim, rank * sizeof d->dim[0]);
    if (code < 0) {
        return code;
    }
    d->count = 1;
    bool fits = true;
    for (int i = 0; i < rank; i++) {
        fits = fits && !__builtin_mul_overflow(d->count, d->dim[i], &d->count);
    }
    if (!fits || __builtin_mul_overflow(d->count, (uint64_t)d->type.size, &d->bytes)) {
        return damaged(p, d->path, "its dimensions are too large to be true");
    }
    return 0;
}

static int get_place(struct parse *p, struct h5_dataset *d)
{
    uint8_t contiguous;
    uint64_t offset, storage;
    int code = get(p, &contiguous, sizeof contiguous);
    code = code < 0 ? code : get(p, &offset, sizeof offset);
    code = code < 0 ? code : get(p, &storage, sizeof storage);
    if (code < 0) {
        return code;
    }
    if (contiguous != 1 || d->type.kind == KIND_OTHER) {
        return 0;
    }
    if (d->bytes == 0) {
        d->data = p->mapping; // not NULL, and nobody reads it
        return 0;
    }
    if (storage != d->bytes) {
        return damaged(p, d->path, "its size in the file does not fit its dimensions");
    }
    if (offset > p->file_size || d->bytes > p->file_size - offset) {
        return damaged(p, d->path, "its data would lie beyond the end of the file");
    }
    d->offset = offset;
    d->data = p->mapping + offset;
    return 0;
}

static int get_dataset(struct parse *p)
{
    struct h5_description *to = p->to;
    int code = grow(p, (void **)&to->datasets, to->dataset_count, &p->dataset_room,
                    p->limits->objects, sizeof *to->datasets);
    if (code < 0) {
        return code;
    }
    struct h5_dataset d = {0};
    code = get_path(p, &d.path);
    code = code < 0 ? code : get_type(p, &d.type, d.path);
    code = code < 0 ? code : get_dims(p, &d);
    code = code < 0 ? code : get_place(p, &d);
    if (code < 0) {
        free((void *)d.type.members);
        return code;
    }
    to->datasets[to->dataset_count++] = d;
    return 0;
}

static int get_value(struct parse *p, struct h5_attribute *a)
{
    int code = get(p, &a->count, sizeof a->count);
    if (code < 0 || a->type.kind == KIND_OTHER) {
        return code;
    }
    if (a->count > (p->size - p->at) / a->type.size) {
        return nonsense(p, "an attribute's value");
    }
    size_t bytes = (size_t)a->count * a->type.size;
    char *value = malloc(bytes + 1);
    if (!value) {
        return error_nomem(p->err, p->name);
    }
    code = get(p, value, bytes);
    value[bytes] = 0;
    a->value = value;
    return code;
}

static int get_attribute(struct parse *p)
{
    struct h5_description *to = p->to;
    int code = grow(p, (void **)&to->attributes, to->attribute_count, &p->attribute_room,
                    p->limits->attributes, sizeof *to->attributes);
    if (code < 0) {
        return code;
    }
    struct h5_attribute a = {0};
    code = get_path(p, &a.object);
    code = code < 0 ? code : get_text(p, &a.name);
    code = code < 0 ? code : get_type(p, &a.type, a.object);
    code = code < 0 ? code : get_value(p, &a);
    if (code < 0) {
        free((void *)a.type.members);
        free((void *)a.value);
        return code;
    }
    to->attributes[to->attribute_count++] = a;
    return 0;
}

static int get_records(struct parse *p)
{
    uint32_t version;
    int code = get(p, &version, sizeof version);
    if (code == 0 && version != OUTLINE_VERSION) {
        code = nonsense(p, "its version");
    }
    while (code == 0) {
        uint8_t tag;
        const char *path;
        code = get(p, &tag, sizeof tag);
        if (code < 0) {
            break;
        }
        switch (tag) {
        case 'G':
            code = get_path(p, &path);
            break;
        case 'D':
            code = get_dataset(p);
            break;
        case 'A':
            code = get_attribute(p);
            break;
        case 'E':
            return p->at == p->size ? 0 : nonsense(p, "more behind the end");
        default:
            code = nonsense(p, "a record");
        }
    }
    return code;
}

// ---- order ----

static int by_path(const void *a, const void *b)
{
    return strcmp(((const struct h5_dataset *)a)->path, ((const struct h5_dataset *)b)->path);
}

static int by_object(const void *a, const void *b)
{
    const struct h5_attribute *x = a, *y = b;
    int order = strcmp(x->object, y->object);
    return order ? order : strcmp(x->name, y->name);
}

static int sort_all(struct parse *p)
{
    struct h5_description *d = p->to;
    if (d->dataset_count > 0) {
        qsort(d->datasets, d->dataset_count, sizeof *d->datasets, by_path);
    }
    for (size_t i = 1; i < d->dataset_count; i++) {
        if (by_path(&d->datasets[i - 1], &d->datasets[i]) == 0) {
            return damaged(p, d->datasets[i].path, "stands there twice");
        }
    }
    if (d->attribute_count > 0) {
        qsort(d->attributes, d->attribute_count, sizeof *d->attributes, by_object);
    }
    for (size_t i = 1; i < d->attribute_count; i++) {
        if (by_object(&d->attributes[i - 1], &d->attributes[i]) == 0) {
            return damaged(p, d->attributes[i].object, "has one attribute twice");
        }
    }
    return 0;
}

int h5_description_parse(struct h5_description *ret, const void *data, size_t size,
                         const char *name, const void *mapping, uint64_t file_size,
                         const struct h5_limits *limits, struct error *err)
{
    struct h5_description to = {0};
    struct parse p = {.data = data, .size = size, .name = name, .mapping = mapping,
                      .file_size = file_size, .limits = limits, .to = &to, .err = err};
    int code = get_records(&p);
    code = code < 0 ? code : sort_all(&p);
    if (code < 0) {
        h5_description_clear(&to);
        return code;
    }
    *ret = to;
    return 0;
}

void h5_description_clear(struct h5_description *description)
{
    for (size_t i = 0; i < description->dataset_count; i++) {
        free((void *)description->datasets[i].type.members);
    }
    for (size_t i = 0; i < description->attribute_count; i++) {
        free((void *)description->attributes[i].type.members);
        free((void *)description->attributes[i].value);
    }
    free(description->datasets);
    free(description->attributes);
    *description = (struct h5_description){0};
}
