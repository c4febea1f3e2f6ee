#include "formats/h5_type.h"

#include <string.h>

static const struct {
    const char *name;
    size_t size;
} kinds[KIND_COUNT] = {
    [KIND_OTHER] = {"other", 0}, [KIND_U8] = {"u8", 1},   [KIND_U16] = {"u16", 2},
    [KIND_U32] = {"u32", 4},     [KIND_U64] = {"u64", 8}, [KIND_I8] = {"i8", 1},
    [KIND_I16] = {"i16", 2},     [KIND_I32] = {"i32", 4}, [KIND_I64] = {"i64", 8},
    [KIND_F32] = {"f32", 4},     [KIND_F64] = {"f64", 8}, [KIND_TEXT] = {"text", 0},
};

size_t h5_kind_size(enum h5_kind kind)
{
    return kinds[kind].size;
}

const char *h5_kind_name(enum h5_kind kind)
{
    return kinds[kind].name;
}

struct h5_type h5_type_plain(enum h5_kind kind)
{
    return (struct h5_type){.kind = kind, .size = h5_kind_size(kind)};
}

struct h5_type h5_type_text(size_t size)
{
    return (struct h5_type){.kind = KIND_TEXT, .size = size};
}

// HDF5 File Format Specification 3.0, IV.A.2.d, datatype message version 1:
// 8 bytes of head; of an enum then the base type (12 bytes for an integer),
// the names, each with its NUL padded to a multiple of 8, and the values.
size_t h5_type_message_size(const struct h5_type *type)
{
    size_t size = 8 + 12;
    for (int i = 0; i < type->member_count; i++) {
        size += (strlen(type->members[i].name) + 8) / 8 * 8 + type->size;
    }
    return size;
}
