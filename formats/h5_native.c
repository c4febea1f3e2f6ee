#include "formats/h5_native.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__,
              "files are mapped as they are, and they are little-endian");

hid_t h5_native_plain(enum h5_kind kind)
{
    switch (kind) {
    case KIND_U8:
        return H5T_STD_U8LE;
    case KIND_U16:
        return H5T_STD_U16LE;
    case KIND_U32:
        return H5T_STD_U32LE;
    case KIND_U64:
        return H5T_STD_U64LE;
    case KIND_I8:
        return H5T_STD_I8LE;
    case KIND_I16:
        return H5T_STD_I16LE;
    case KIND_I32:
        return H5T_STD_I32LE;
    case KIND_I64:
        return H5T_STD_I64LE;
    case KIND_F32:
        return H5T_IEEE_F32LE;
    case KIND_F64:
        return H5T_IEEE_F64LE;
    default:
        return -1;
    }
}

static hid_t text_type(size_t size)
{
    hid_t type = H5Tcopy(H5T_C_S1);
    if (type >= 0
        && (H5Tset_size(type, size) < 0 || H5Tset_strpad(type, H5T_STR_NULLTERM) < 0
            || H5Tset_cset(type, H5T_CSET_UTF8) < 0)) {
        H5Tclose(type);
        return -1;
    }
    return type;
}

static hid_t enum_type(const struct h5_type *t)
{
    hid_t type = H5Tenum_create(h5_native_plain(t->kind));
    for (int i = 0; type >= 0 && i < t->member_count; i++) {
        // The low bytes of a little-endian number are the smaller number.
        if (H5Tenum_insert(type, t->members[i].name, &t->members[i].value) < 0) {
            H5Tclose(type);
            return -1;
        }
    }
    return type;
}

hid_t h5_native_type(const struct h5_type *type)
{
    if (type->kind == KIND_TEXT) {
        return text_type(type->size);
    }
    return type->member_count > 0 ? enum_type(type) : H5Tcopy(h5_native_plain(type->kind));
}

static herr_t note_innermost(unsigned n, const H5E_error2_t *entry, void *context)
{
    if (n != 0 || !entry->desc) {
        return 0;
    }
    // Of a failed system call it tells times and addresses, too; what counts is
    // the errno's text.
    static const char before[] = "error message = '";
    const char *reason = strstr(entry->desc, before);
    if (reason) {
        reason += sizeof before - 1;
        snprintf(context, NATIVE_ERROR_SIZE, ": %.*s", (int)strcspn(reason, "'"), reason);
    } else {
        snprintf(context, NATIVE_ERROR_SIZE, ": %s", entry->desc);
    }
    return 0;
}

char *h5_native_error(char out[NATIVE_ERROR_SIZE])
{
    out[0] = 0;
    H5Ewalk2(H5E_DEFAULT, H5E_WALK_UPWARD, note_innermost, out);
    return out;
}
