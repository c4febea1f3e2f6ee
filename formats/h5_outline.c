#include "formats/h5_outline.h"

#include "formats/h5_fd.h"
#include "formats/h5_native.h"

#include <hdf5.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct walk {
    const struct h5_outline_request *request;
    struct child_buffer *out;
    size_t objects;
    size_t attributes;
    int depth;
    const char *path; // of the object at hand
    struct error *err;
};

static int library_error(const struct walk *w, const char *what)
{
    if (w->err->code) {
        return w->err->code; // a visitor has said it better
    }
    char why[NATIVE_ERROR_SIZE];
    return error_set(w->err, ERR_FORMAT, "%s: damaged: cannot read %s%s%s%s", w->request->name,
                     what, w->path ? " of " : "", w->path ? w->path : "", h5_native_error(why));
}

static int too_much(const struct walk *w, const char *what, size_t limit)
{
    return error_set(w->err, ERR_FORMAT, "%s: holds more than %zu %s", w->request->name, limit,
                     what);
}

// ---- records ----

static int put(struct walk *w, const void *data, size_t size)
{
    if (size > w->out->capacity - w->out->size) {
        return too_much(w, "bytes of description", w->out->capacity);
    }
    return child_buffer_add(w->out, data, size, w->err);
}

static int put_u8(struct walk *w, unsigned value)
{
    uint8_t byte = (uint8_t)value;
    return put(w, &byte, sizeof byte);
}

static int put_u32(struct walk *w, uint32_t value)
{
    return put(w, &value, sizeof value);
}

static int put_u64(struct walk *w, uint64_t value)
{
    return put(w, &value, sizeof value);
}

static int put_text(struct walk *w, const char *text)
{
    size_t length = strlen(text);
    int code = length > UINT32_MAX ? too_much(w, "bytes in a name", UINT32_MAX)
                                   : put_u32(w, (uint32_t)length);
    return code < 0 ? code : put(w, text, length + 1);
}

// ---- types ----

static enum h5_kind plain_kind(hid_t type)
{
    for (int kind = KIND_U8; kind <= KIND_F64; kind++) {
        if (H5Tequal(type, h5_native_plain((enum h5_kind)kind)) > 0) {
            return (enum h5_kind)kind;
        }
    }
    return KIND_OTHER;
}

static enum h5_kind enum_base(hid_t type)
{
    hid_t base = H5Tget_super(type);
    enum h5_kind kind = base < 0 ? KIND_OTHER : plain_kind(base);
    if (base >= 0) {
        H5Tclose(base);
    }
    return kind >= KIND_U8 && kind <= KIND_U64 ? kind : KIND_OTHER;
}

static enum h5_kind kind_of(hid_t type)
{
    switch (H5Tget_class(type)) {
    case H5T_INTEGER:
    case H5T_FLOAT:
        return plain_kind(type);
    case H5T_ENUM:
        return H5Tget_nmembers(type) > 0 ? enum_base(type) : KIND_OTHER;
    case H5T_STRING: {
        H5T_str_t padding = H5Tget_strpad(type);
        bool usable = H5Tis_variable_str(type) == 0 && H5Tget_size(type) > 0
            && (padding == H5T_STR_NULLTERM || padding == H5T_STR_NULLPAD);
        return usable ? KIND_TEXT : KIND_OTHER;
    }
    default:
        return KIND_OTHER;
    }
}

static int put_member(struct walk *w, hid_t type, unsigned index)
{
    // The base is little-endian and at most 8 bytes: the rest stays zero.
    uint64_t value = 0;
    char *name = H5Tget_member_name(type, index);
    int code;
    if (!name || H5Tget_member_value(type, index, &value) < 0) {
        code = library_error(w, "an enum");
    } else {
        code = put_text(w, name);
        code = code < 0 ? code : put_u64(w, value);
    }
    H5free_memory(name);
    return code;
}

// On success *ret_kind and *ret_size are what was put.
static int put_type(struct walk *w, hid_t type, enum h5_kind *ret_kind, size_t *ret_size)
{
    enum h5_kind kind = kind_of(type);
    size_t size = kind == KIND_OTHER ? 0 : H5Tget_size(type);
    bool is_enum = kind != KIND_OTHER && H5Tget_class(type) == H5T_ENUM;
    unsigned members = is_enum ? (unsigned)H5Tget_nmembers(type) : 0;
    int code = put_u8(w, kind);
    code = code < 0 ? code : put_u64(w, size);
    code = code < 0 ? code : put_u32(w, members);
    for (unsigned i = 0; code == 0 && i < members; i++) {
        code = put_member(w, type, i);
    }
    *ret_kind = kind;
    *ret_size = size;
    return code;
}

// ---- attributes ----

static int put_value(struct walk *w, hid_t attribute, hid_t type, size_t size)
{
    size_t room = w->out->capacity - w->out->size;
    hid_t space = H5Aget_space(attribute);
    hssize_t count = space < 0 ? -1 : H5Sget_simple_extent_npoints(space);
    if (space >= 0) {
        H5Sclose(space);
    }
    if (count < 0) {
        return library_error(w, "an attribute");
    }
    if ((uint64_t)count > room / size) {
        return too_much(w, "bytes of description", w->out->capacity);
    }
    int code = put_u64(w, (uint64_t)count);
    if (code < 0 || count == 0) {
        return code;
    }
    void *value = calloc((size_t)count, size);
    if (!value) {
        return error_nomem(w->err, w->request->name);
    }
    code = H5Aread(attribute, type, value) < 0 ? library_error(w, "an attribute")
                                               : put(w, value, (size_t)count * size);
    free(value);
    return code;
}

static int put_attribute(struct walk *w, hid_t attribute, const char *name)
{
    if (w->attributes++ >= w->request->limits.attributes) {
        return too_much(w, "attributes", w->request->limits.attributes);
    }
    hid_t type = H5Aget_type(attribute);
    if (type < 0) {
        return library_error(w, "an attribute");
    }
    enum h5_kind kind;
    size_t size;
    int code = put_u8(w, 'A');
    code = code < 0 ? code : put_text(w, w->path);
    code = code < 0 ? code : put_text(w, name);
    code = code < 0 ? code : put_type(w, type, &kind, &size);
    if (code == 0) {
        code = kind == KIND_OTHER ? put_u64(w, 0) : put_value(w, attribute, type, size);
    }
    H5Tclose(type);
    return code;
}

static herr_t visit_attribute(hid_t object, const char *name, const H5A_info_t *info,
                              void *context)
{
    (void)info;
    struct walk *w = context;
    hid_t attribute = H5Aopen(object, name, H5P_DEFAULT);
    if (attribute < 0) {
        library_error(w, "an attribute");
        return -1;
    }
    int code = put_attribute(w, attribute, name);
    H5Aclose(attribute);
    return code < 0 ? -1 : 0;
}

static int put_attributes(struct walk *w, hid_t object)
{
    if (H5Aiterate2(object, H5_INDEX_NAME, H5_ITER_INC, NULL, visit_attribute, w) < 0) {
        return library_error(w, "the attributes");
    }
    return 0;
}

// ---- datasets ----

static bool is_contiguous(hid_t dataset)
{
    hid_t list = H5Dget_create_plist(dataset);
    bool yes = list >= 0 && H5Pget_layout(list) == H5D_CONTIGUOUS
        && H5Pget_external_count(list) == 0;
    if (list >= 0) {
        H5Pclose(list);
    }
    return yes;
}

static int put_shape(struct walk *w, hid_t dataset, uint64_t *ret_count)
{
    hsize_t dims[H5S_MAX_RANK];
    hid_t space = H5Dget_space(dataset);
    int rank = space < 0 ? -1 : H5Sget_simple_extent_dims(space, dims, NULL);
    hssize_t count = rank < 0 ? -1 : H5Sget_simple_extent_npoints(space);
    if (rank == 0 && count == 0) {
        dims[0] = 0; // a "null" space: no value at all, like a list of none
        rank = 1;
    }
    if (space >= 0) {
        H5Sclose(space);
    }
    if (count < 0) {
        return library_error(w, "the shape");
    }
    if (rank > TYPE_RANK_MAX) {
        return too_much(w, "dimensions in a dataset", TYPE_RANK_MAX);
    }
    int code = put_u8(w, (unsigned)rank);
    for (int i = 0; code == 0 && i < rank; i++) {
        code = put_u64(w, dims[i]);
    }
    *ret_count = (uint64_t)count;
    return code;
}

static int put_dataset(struct walk *w, hid_t dataset)
{
    hid_t type = H5Dget_type(dataset);
    if (type < 0) {
        return library_error(w, "the type");
    }
    enum h5_kind kind;
    size_t size;
    uint64_t count = 0;
    int code = put_u8(w, 'D');
    code = code < 0 ? code : put_text(w, w->path);
    code = code < 0 ? code : put_type(w, type, &kind, &size);
    code = code < 0 ? code : put_shape(w, dataset, &count);
    H5Tclose(type);
    if (code < 0) {
        return code;
    }
    haddr_t offset = 0;
    uint64_t storage = H5Dget_storage_size(dataset);
    bool contiguous = is_contiguous(dataset);
    if (contiguous && count > 0) {
        offset = H5Dget_offset(dataset);
        // Not allocated: nothing was ever written to it.
        contiguous = offset != HADDR_UNDEF && storage > 0;
    }
    code = put_u8(w, contiguous);
    code = code < 0 ? code : put_u64(w, contiguous ? offset : 0);
    return code < 0 ? code : put_u64(w, contiguous ? storage : 0);
}

// ---- the tree ----

static herr_t visit_link(hid_t group, const char *name, const H5L_info_t *info, void *context);

static int put_group(struct walk *w, hid_t group)
{
    if (w->depth > w->request->limits.depth) {
        return too_much(w, "groups within each other", (size_t)w->request->limits.depth);
    }
    int code = put_u8(w, 'G');
    code = code < 0 ? code : put_text(w, w->path);
    code = code < 0 ? code : put_attributes(w, group);
    if (code == 0
        && H5Literate(group, H5_INDEX_NAME, H5_ITER_INC, NULL, visit_link, w) < 0) {
        code = library_error(w, "the contents");
    }
    return code;
}

static int put_object(struct walk *w, hid_t object)
{
    if (w->objects++ >= w->request->limits.objects) {
        return too_much(w, "objects", w->request->limits.objects);
    }
    switch (H5Iget_type(object)) {
    case H5I_GROUP:
        return put_group(w, object);
    case H5I_DATASET: {
        int code = put_dataset(w, object);
        return code < 0 ? code : put_attributes(w, object);
    }
    default: // a named type
        return 0;
    }
}

static herr_t visit_link(hid_t group, const char *name, const H5L_info_t *info, void *context)
{
    struct walk *w = context;
    if (info->type != H5L_TYPE_HARD) {
        return 0;
    }
    const char *parent = w->path;
    size_t size = strlen(parent) + strlen(name) + 2;
    char *path = malloc(size);
    if (!path) {
        error_nomem(w->err, w->request->name);
        return -1;
    }
    snprintf(path, size, "%s/%s", parent[1] ? parent : "", name);
    w->path = path;
    w->depth++;
    hid_t object = H5Oopen(group, name, H5P_DEFAULT);
    int code;
    if (object < 0) {
        code = library_error(w, "the head");
    } else {
        code = put_object(w, object);
        H5Oclose(object);
    }
    w->depth--;
    w->path = parent;
    free(path);
    return code < 0 ? -1 : 0;
}

int h5_outline_prepare(void *context, struct error *err)
{
    (void)context;
    // The type constants are variables that H5open() sets.
    if (H5open() < 0 || H5Eset_auto2(H5E_DEFAULT, NULL, NULL) < 0) {
        return error_set(err, ERR_NOMEM, "libhdf5 does not start");
    }
    return 0;
}

int h5_outline_run(struct child_buffer *out, void *context, struct error *err)
{
    const struct h5_outline_request *request = context;
    struct walk w = {.request = request, .out = out, .err = err};
    hid_t access;
    int code = h5_fd_access(&access, request->fd, request->size, err);
    if (code < 0) {
        return code;
    }
    hid_t file = H5Fopen("descriptor", H5F_ACC_RDONLY, access);
    hid_t root = file < 0 ? -1 : H5Gopen2(file, "/", H5P_DEFAULT);
    if (root < 0) {
        code = library_error(&w, "its head");
    } else {
        w.path = "/";
        w.objects = 1;
        code = put_u32(&w, OUTLINE_VERSION);
        code = code < 0 ? code : put_group(&w, root);
        code = code < 0 ? code : put_u8(&w, 'E');
        H5Gclose(root);
    }
    if (file >= 0) {
        H5Fclose(file);
    }
    H5Pclose(access);
    return code;
}
