#ifndef FORMATS_H5_TYPE_H
#define FORMATS_H5_TYPE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The element types that this project's HDF5 files are made of: little-endian
 * integers and IEEE floats, enums over the unsigned ones, and fixed-length
 * texts. All functions here are thread-safe. */

enum h5_kind {
    KIND_OTHER, /* whatever we do not use: known to be there, never mapped */
    KIND_U8,
    KIND_U16,
    KIND_U32,
    KIND_U64,
    KIND_I8,
    KIND_I16,
    KIND_I32,
    KIND_I64,
    KIND_F32,
    KIND_F64,
    KIND_TEXT, /* fixed length, NUL-terminated, ASCII or UTF-8 */
    KIND_COUNT,
};

enum { TYPE_RANK_MAX = 8 };

struct h5_member {
    const char *name;
    uint64_t value;
};

struct h5_type {
    enum h5_kind kind; /* of an enum, its base: KIND_U8 .. KIND_U64 */
    size_t size;       /* bytes an element; of a text, its NUL included */
    /* An enum where member_count > 0. When read: by ascending value, and no
     * name or value twice. */
    const struct h5_member *members;
    int member_count;
};

/* Bytes an element has; 0 for KIND_OTHER and KIND_TEXT. */
size_t h5_kind_size(enum h5_kind kind);

/* "u8", "f64", "text", "other": for messages and the pack's digest. */
const char *h5_kind_name(enum h5_kind kind);

/* A type of one of the plain kinds, and a text of `size` bytes with its NUL. */
struct h5_type h5_type_plain(enum h5_kind kind);
struct h5_type h5_type_text(size_t size);

/* Bytes the type takes in an object header, and the most that fits: HDF5
 * keeps a type in one message of less than 64 KiB. Only enums come near. */
size_t h5_type_message_size(const struct h5_type *type);
enum { TYPE_MESSAGE_MAX = 65520 };

#endif
